import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeDisk } from '@linux-sandbox/host-probe'
import type { DiskView, MountOperation, MountPlan } from '@linux-sandbox/mount-plan'
import { absolutePath, type AbsolutePath } from '@linux-sandbox/policy'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { settlePlaceholders, type SettledPlan } from '../src/placeholders.js'

const uid = process.geteuid?.() ?? 0
const CAUSE = { kind: 'protected-name', name: '.git', reason: 'a test' } as const
const WHOLE_TREE = { type: 'root', access: 'read', devices: false, cause: CAUSE } as const

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})

function planFor(workspace: string, names: readonly string[]): MountPlan {
  const paths = names.map((name) => absolutePath(join(workspace, name)))
  return {
    operations: [WHOLE_TREE, ...paths.map(asItIs)],
    placeholders: paths.map((path) => ({ path, cause: CAUSE })),
    notes: [],
  }
}

function asItIs(path: AbsolutePath): MountOperation {
  return { type: 'bind', source: path, target: path, access: 'read', cause: CAUSE }
}

function settle(plan: MountPlan): SettledPlan {
  return settlePlaceholders(plan, nodeDisk)
}

function makeDirectory(): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'placeholders-')))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** Each operation in a few words. */
function wordsOf({ operations }: MountPlan): string[] {
  return operations.map((one) =>
    [one.type, 'source' in one ? one.source : '', 'target' in one ? one.target : ''].join(' '),
  )
}

/** The only place in which a registry can be: that of an id without a directory in `/run/user`. */
function stubRuntime(directory: string): void {
  vi.spyOn(process, 'geteuid').mockReturnValue(61_237)
  vi.stubEnv('XDG_RUNTIME_DIR', directory)
}

test('git is shown a directory that it ignores, but .git itself, and the registry is hidden', () => {
  const workspace = makeDirectory()
  const runtime = makeDirectory()
  stubRuntime(runtime)
  vi.stubEnv('HOME', '/nonexistent')
  const settled = settle(planFor(workspace, ['.git', '.codex', 'a', 'a/b']))
  expect(wordsOf(settled.mounts).slice(1)).toEqual([
    `bind ${workspace}/.git ${workspace}/.git`,
    `bind ${settled.registry}/unlisted ${workspace}/.codex`,
    `bind ${workspace}/a ${workspace}/a`,
    `bind ${settled.registry}/unlisted ${workspace}/a/b`,
    `mask-directory  ${settled.registry}`,
    `remount-read-only  ${settled.registry}`,
  ])
})

test('what is mounted decides whether the registry is hidden, and not what the policy calls it', () => {
  const workspace = makeDirectory()
  const runtime = absolutePath(makeDirectory())
  stubRuntime(runtime)
  const masked = (target: string) =>
    ({ type: 'mask-directory', target: absolutePath(target), traversable: true, cause: CAUSE }) as const
  const { operations, ...plan } = planFor(workspace, ['.codex'])
  const isHidden = (...first: MountOperation[]) => {
    const { registry, mounts } = settle({ ...plan, operations: [...first, ...operations.slice(1)] })
    return wordsOf(mounts).includes(`mask-directory  ${registry}`)
  }
  expect(isHidden(WHOLE_TREE)).toBe(true)
  expect(isHidden(WHOLE_TREE, masked(runtime))).toBe(false)
  expect(isHidden(masked('/'))).toBe(false)
  expect(isHidden(masked('/'), asItIs(runtime))).toBe(true)
})

test('nothing is made by planning', () => {
  const workspace = makeDirectory()
  const runtime = makeDirectory()
  stubRuntime(runtime)
  settle(planFor(workspace, ['.git']))
  expect(readdirSync(runtime)).toEqual([])
  expect(readdirSync(workspace)).toEqual([])
})

test('a registry in something writable stays where it is, with the directories on the way to it', () => {
  const home = absolutePath(makeDirectory())
  mkdirSync(join(home, 'a/run'), { recursive: true })
  stubRuntime(join(home, 'a/run'))
  const { operations, ...plan } = planFor(home, ['a/.git'])
  const writable = { type: 'bind', source: home, target: home, access: 'write', cause: CAUSE } as const
  const { mounts } = settle({ ...plan, operations: [WHOLE_TREE, writable, ...operations.slice(1)] })
  expect(wordsOf(mounts).slice(1)).toEqual([
    `bind ${home} ${home}`,
    `bind ${home}/a ${home}/a`,
    `bind ${home}/a/run ${home}/a/run`,
    `bind ${home}/a/.git ${home}/a/.git`,
    `mask-directory  ${home}/a/run/linux-sandbox`,
    `remount-read-only  ${home}/a/run/linux-sandbox`,
  ])
})

test('a registry that an entry makes writable is hidden like any other', () => {
  const runtime = absolutePath(makeDirectory())
  stubRuntime(runtime)
  const path = absolutePath(join(runtime, 'linux-sandbox'))
  mkdirSync(path, { mode: 0o700 })
  const writable = { type: 'bind', source: path, target: path, access: 'write', cause: CAUSE } as const
  const { mounts } = settle({ operations: [WHOLE_TREE, writable], placeholders: [], notes: [] })
  expect(wordsOf(mounts).slice(1)).toEqual([
    `bind ${path} ${path}`,
    `mask-directory  ${path}`,
    `remount-read-only  ${path}`,
  ])
})

test('a registry that is not there, and not needed, is made only where the command could make it', () => {
  const runtime = absolutePath(makeDirectory())
  stubRuntime(runtime)
  const writable = { type: 'bind', source: runtime, target: runtime, access: 'write', cause: CAUSE } as const
  const around = settle({ operations: [WHOLE_TREE, writable], placeholders: [], notes: [] })
  expect(around.registry).toBe(`${runtime}/linux-sandbox`)
  expect(wordsOf(around.mounts).slice(2)).toEqual([
    `mask-directory  ${around.registry}`,
    `remount-read-only  ${around.registry}`,
  ])
  const read = settle({ operations: [WHOLE_TREE], placeholders: [], notes: [] })
  expect(read.registry).toBeUndefined()
  expect(wordsOf(read.mounts)).toHaveLength(1)
})

test('no variable leads to another registry where the machine has a place for one', () => {
  const usual = settle(planFor(makeDirectory(), ['.git'])).registry
  vi.stubEnv('XDG_RUNTIME_DIR', makeDirectory())
  const { registry } = settle(planFor(makeDirectory(), ['.git']))
  if (uid === 0) expect(usual).toBe('/run/linux-sandbox')
  if (usual?.startsWith('/run/') === true) expect(registry).toBe(usual)
  else expect(registry).not.toBe(usual)
})

/** Permissions do not bind root, so what depends on them can be seen by others only. */
function asOrdinaryUser(title: string, define: () => void): void {
  if (uid === 0) test.skip(`${title} (needs an ordinary user; this process is root)`, define)
  else test(title, define)
}

asOrdinaryUser('a name in a directory that the command could make writable is refused', () => {
  const workspace = makeDirectory()
  chmodSync(workspace, 0o555)
  expect(() => settle(planFor(workspace, ['.git']))).toThrow(/cannot be written/)
})

asOrdinaryUser("a name in another user's directory is left out, with a note", () => {
  const { mounts } = settle(planFor('/usr', ['.git']))
  expect(mounts.placeholders).toEqual([])
  expect(mounts.notes).toMatchObject([{ kind: 'protected-name-missing', path: '/usr/.git' }])
})

test('an empty directory of the user stays what it is; one that another sandbox has put there is shown as one of ours', () => {
  const workspace = makeDirectory()
  stubRuntime(makeDirectory())
  for (const name of ['.codex', '.aws']) mkdirSync(join(workspace, name))
  utimesSync(join(workspace, '.aws'), 1, 0)
  const { mounts, registry } = settle({ ...planFor(workspace, ['.codex', '.aws']), placeholders: [] })
  expect(wordsOf(mounts).slice(1, 3)).toEqual([
    `bind ${workspace}/.codex ${workspace}/.codex`,
    `bind ${registry}/unlisted ${workspace}/.aws`,
  ])
})

test('a directory that is gone since the plan was made was a placeholder of another sandbox', () => {
  const workspace = makeDirectory()
  stubRuntime(makeDirectory())
  writeFileSync(join(workspace, 'kept'), '')
  const plan = { ...planFor(workspace, ['a', 'a/.git', 'file']), placeholders: [] }
  const disk: DiskView = { ...nodeDisk, kindOf: (path) => (path.endsWith('file') ? 'file' : 'directory') }
  const { mounts } = settlePlaceholders(plan, disk)
  expect(mounts.placeholders.map(({ path }) => path)).toEqual([`${workspace}/a`, `${workspace}/a/.git`])
})

test('an empty directory that is there may be the placeholder of another sandbox, so it counts as one', () => {
  const workspace = makeDirectory()
  for (const name of ['.git', 'deny/er', 'full/sub']) mkdirSync(join(workspace, name), { recursive: true })
  writeFileSync(join(workspace, 'full/sub/file'), '')
  const existing = planFor(workspace, ['.git', 'full'])
  const plan = { ...existing, placeholders: planFor(workspace, ['deny/er/x']).placeholders }
  const { mounts } = settle(plan)
  const names = ['.git', 'deny', 'deny/er', 'deny/er/x']
  expect(mounts.placeholders.map(({ path }) => path)).toEqual(names.map((name) => join(workspace, name)))
})
