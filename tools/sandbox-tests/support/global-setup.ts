import { copyFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { BACKEND_VARIABLE, backendNamed, setDefaultBackend } from './backend.ts'
import { buildProbe } from './probe.ts'
import { removeStage, repositoryRoot, STAGE_VARIABLE, stagePackages } from './stage.ts'

/** Programs that import what is staged. */
const DRIVERS = ['driver.mjs', 'proxied-driver.mjs']

/** Stages the built packages once for all tests of a project. */
export function setup({ config }: TestProject): () => void {
  if (process.platform !== 'linux') return () => undefined
  // Absent where the configuration has none.
  const environment = (config.env ??= {})
  const backend = environment[BACKEND_VARIABLE] ?? process.env[BACKEND_VARIABLE]
  const packages = join(repositoryRoot(), 'packages')
  const ours = ['cli', 'standalone', 'egress-proxy'].map((name) => join(packages, name))
  const undici = dirname(createRequire(import.meta.url).resolve('undici/package.json'))
  const stage = stagePackages([...ours, undici])
  for (const driver of DRIVERS) copyFileSync(join(import.meta.dirname, driver), join(stage, driver))
  try {
    if (backend !== undefined) setDefaultBackend(stage, backendNamed(backend))
    buildProbe(stage)
  } catch (error) {
    removeStage(stage)
    throw error
  }
  environment[STAGE_VARIABLE] = stage
  return () => removeStage(stage)
}
