import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { absolutePath } from '@linux-sandbox/policy'
import { entryAt, planScenario, restrictedTo } from './plan-scenario.mjs'
import { temporaryDirectory } from './temporary-directory.mjs'

const ONE_GLOB = ['**/*.env']
const SIX_GLOBS = [
  ...ONE_GLOB,
  ...['**/*.pem', '**/id_*', '**/.aws/credentials', '**/*.{key,p12,pfx}', '**/*secret*'],
]

/** How many files a tree has, how many match, and how often it is searched at most: the larger, the longer. */
const TREES = [
  { files: 1000, matches: 20, runsMax: Infinity },
  { files: 10_000, matches: 20, runsMax: Infinity },
  { files: 100_000, matches: 20, runsMax: 20 },
  { files: 1_000_000, matches: 20, runsMax: 5, isLarge: true },
]

/** For each tree the search by ripgrep as a process, and after it plans in process that must not be slower. */
export function globScenarios({ isLarge }) {
  return TREES.filter((tree) => isLarge || tree.isLarge !== true).map((tree) => ({
    ...tree,
    scenarios() {
      const root = makeTree(tree)
      return [
        ripgrepScenario('rg, one glob', root, ONE_GLOB),
        globPlanScenario('plan, one glob', root, ONE_GLOB),
        ripgrepScenario('rg, six globs', root, SIX_GLOBS),
        globPlanScenario('plan, six globs', root, SIX_GLOBS),
      ]
    },
  }))
}

function ripgrepScenario(name, root, globs) {
  if (spawnSync('rg', ['--version']).status !== 0) {
    return { name, absence: 'not measured: no rg here; on Debian: apt-get install ripgrep' }
  }
  const options = ['--no-config', '--files', '--hidden', '--no-ignore', '--null']
  const args = [...options, ...globs.map((glob) => `--glob=${glob}`), '--', root]
  return {
    name,
    run() {
      const { status } = spawnSync('rg', args)
      if (status !== 0) throw new Error(`rg ended with status ${status}`)
    },
  }
}

function globPlanScenario(name, root, globs) {
  const profile = restrictedTo([
    entryAt('/', 'read'),
    entryAt(root, 'write'),
    ...globs.map((pattern) => ({ path: { type: 'glob_pattern', pattern }, access: 'deny' })),
  ])
  return planScenario(name, profile, { cwd: absolutePath(root) })
}

const FILES_IN_DIRECTORY = 10

/** Ten files in each directory, three levels deep, and an `.env` in some, evenly spread. */
function makeTree({ files, matches }) {
  const root = temporaryDirectory()
  const directories = files / FILES_IN_DIRECTORY
  for (let index = 0; index < directories; index++) {
    const directory = join(root, `a${index % 10}`, `b${index % 100}`, `c${index}`)
    mkdirSync(directory, { recursive: true })
    for (let file = 0; file < FILES_IN_DIRECTORY; file++)
      writeFileSync(join(directory, `file-${file}.ts`), '')
    if (index % (directories / matches) === 0) writeFileSync(join(directory, '.env'), '')
  }
  return root
}
