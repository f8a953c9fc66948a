import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  chmodSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** Names the directory of the staged copy, for the processes of the tests. */
export const STAGE_VARIABLE = 'SANDBOX_TEST_STAGE'

interface Manifest {
  readonly name: string
  readonly dependencies?: Readonly<Record<string, string>>
}

/**
 * Copies the built package at `packageDirectory`, with everything it depends on, to a place that every user can read: a checkout may
 * lie in a directory of root's. Gives the directory that holds `node_modules`.
 */
export function stagePackages(packageDirectories: readonly string[]): string {
  const stage = mkdtempSync(join(tmpdir(), 'linux-sandbox-stage-'))
  chmodSync(stage, 0o755)
  const staged = new Set<string>()
  for (const directory of packageDirectories) stagePackage(realpathSync(directory), stage, staged)
  cpSync(process.execPath, join(stage, 'node'))
  return stage
}

export function removeStage(stage: string): void {
  rmSync(stage, { recursive: true, force: true })
}

function stagePackage(directory: string, stage: string, staged: Set<string>): void {
  const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Manifest
  if (staged.has(manifest.name)) return
  staged.add(manifest.name)
  const target = join(stage, 'node_modules', manifest.name)
  mkdirSync(target, { recursive: true })
  cpSync(directory, target, {
    recursive: true,
    filter: (source) =>
      !/\/(node_modules|src|test|native|resources|\.turbo)$/.test(source.slice(directory.length)),
  })
  for (const dependency of Object.keys(manifest.dependencies ?? {})) {
    stagePackage(dependencyDirectory(dependency, directory), stage, staged)
  }
}

/** Where Node finds `name` when it is imported in `directory`. */
function dependencyDirectory(name: string, directory: string): string {
  const places = createRequire(join(directory, 'package.json')).resolve.paths(name) ?? []
  const place = places.map((one) => join(one, name)).find((one) => existsSync(join(one, 'package.json')))
  if (place === undefined) throw new Error(`${name}, needed by ${directory}, is not installed`)
  return realpathSync(place)
}

/** The directory of this repository. */
export function repositoryRoot(): string {
  let directory = import.meta.dirname
  while (!existsSync(join(directory, 'pnpm-workspace.yaml'))) directory = dirname(directory)
  return directory
}
