import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeDisk } from '@linux-sandbox/host-probe'
import { planMounts } from '@linux-sandbox/mount-plan'
import { absolutePath, resolvePolicy } from '@linux-sandbox/policy'

const GLOB = '**/*.env'
const MANY_GLOBS = [GLOB, '**/*.pem', '**/id_*', '**/.aws/credentials', '**/*.{key,p12,pfx}', '**/*secret*']

/**
 * Plans with deny globs over trees of files, in process. The same search by ripgrep as a process comes first where the host has it:
 * it is what planning must not be slower than.
 */
export function globScenarios() {
  const trees = new Map([1000, 10_000].map((files) => [files, makeTree(files)]))
  const large = trees.get(10_000)
  const ripgrep = spawnSync('rg', ['--version']).status === 0 ? [ripgrepScenario(large)] : []
  return [
    ...ripgrep,
    planScenario('plan, one glob, 10,000 files', large, [GLOB]),
    planScenario('plan, one glob, 1,000 files', trees.get(1000), [GLOB]),
    planScenario(`plan, ${MANY_GLOBS.length} globs, 10,000 files`, large, MANY_GLOBS),
  ]
}

function ripgrepScenario(root) {
  const args = ['--no-config', '--files', '--hidden', '--no-ignore', '--null', '--glob', GLOB, '--', root]
  return {
    name: 'rg --files --glob, 10,000 files',
    run() {
      const { status } = spawnSync('rg', args)
      if (status !== 0) throw new Error(`rg ended with status ${status}`)
    },
  }
}

function planScenario(name, root, globs) {
  const cwd = absolutePath(root)
  const entries = [
    { path: { type: 'path', path: absolutePath('/') }, access: 'read' },
    { path: { type: 'path', path: cwd }, access: 'write' },
    ...globs.map((pattern) => ({ path: { type: 'glob_pattern', pattern }, access: 'deny' })),
  ]
  const fileSystem = { type: 'restricted', entries }
  const policy = resolvePolicy({ type: 'managed', file_system: fileSystem, network: 'restricted' }, { cwd })
  return { name, run: () => planMounts(policy, nodeDisk) }
}

/** Ten files in each directory, three levels deep, and an `.env` in every fiftieth. */
function makeTree(files) {
  const root = mkdtempSync(join(tmpdir(), 'linux-sandbox-bench-'))
  process.once('exit', () => rmSync(root, { recursive: true, force: true }))
  for (let index = 0; index < files / 10; index++) {
    const directory = join(root, `a${index % 10}`, `b${index % 100}`, `c${index}`)
    mkdirSync(directory, { recursive: true })
    for (let file = 0; file < 10; file++) writeFileSync(join(directory, `file-${file}.ts`), '')
    if (index % 50 === 0) writeFileSync(join(directory, '.env'), '')
  }
  return root
}
