import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildProbe } from './probe.ts'
import { removeStage, repositoryRoot, STAGE_VARIABLE, stagePackages } from './stage.ts'

/** Stages the built packages once for a whole run of the tests. */
export function setup(): () => void {
  if (process.platform !== 'linux') return () => undefined
  const packages = join(repositoryRoot(), 'packages')
  const stage = stagePackages(['cli', 'standalone'].map((name) => join(packages, name)))
  copyFileSync(join(import.meta.dirname, 'driver.mjs'), join(stage, 'driver.mjs'))
  try {
    buildProbe(stage)
  } catch (error) {
    removeStage(stage)
    throw error
  }
  process.env[STAGE_VARIABLE] = stage
  return () => removeStage(stage)
}
