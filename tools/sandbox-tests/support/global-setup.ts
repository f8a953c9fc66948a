import { copyFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { buildProbe } from './probe.ts'
import { removeStage, repositoryRoot, STAGE_VARIABLE, stagePackages } from './stage.ts'

/** Programs that import what is staged. */
const DRIVERS = ['driver.mjs', 'proxied-driver.mjs']

/** Stages the built packages once for a whole run of the tests. */
export function setup(): () => void {
  if (process.platform !== 'linux') return () => undefined
  const packages = join(repositoryRoot(), 'packages')
  const ours = ['cli', 'standalone', 'egress-proxy'].map((name) => join(packages, name))
  const undici = dirname(createRequire(import.meta.url).resolve('undici/package.json'))
  const stage = stagePackages([...ours, undici])
  for (const driver of DRIVERS) copyFileSync(join(import.meta.dirname, driver), join(stage, driver))
  try {
    buildProbe(stage)
  } catch (error) {
    removeStage(stage)
    throw error
  }
  process.env[STAGE_VARIABLE] = stage
  return () => removeStage(stage)
}
