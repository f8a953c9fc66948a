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

/** Groups of scenarios: the search by ripgrep as a process, and after it plans in process that must not be slower. */
export function globScenarios() {
  const large = makeTree(10_000)
  const small = makeTree(1000)
  return [
    [
      ripgrepScenario('rg, one glob, 10,000 files', large, ONE_GLOB),
      globPlanScenario('plan, one glob, 10,000 files', large, ONE_GLOB),
      globPlanScenario('plan, one glob, 1,000 files', small, ONE_GLOB),
    ],
    [
      ripgrepScenario('rg, six globs, 10,000 files', large, SIX_GLOBS),
      globPlanScenario('plan, six globs, 10,000 files', large, SIX_GLOBS),
    ],
  ]
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

/** Ten files in each directory, three levels deep, and an `.env` in every fiftieth. */
function makeTree(files) {
  const root = temporaryDirectory()
  for (let index = 0; index < files / 10; index++) {
    const directory = join(root, `a${index % 10}`, `b${index % 100}`, `c${index}`)
    mkdirSync(directory, { recursive: true })
    for (let file = 0; file < 10; file++) writeFileSync(join(directory, `file-${file}.ts`), '')
    if (index % 50 === 0) writeFileSync(join(directory, '.env'), '')
  }
  return root
}
