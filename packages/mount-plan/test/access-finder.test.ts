import { isSandboxError } from '@linux-sandbox/errors'
import {
  absolutePath,
  builtinProfile,
  parentPath,
  resolvePolicy,
  type AbsolutePath,
  type FileSystemEntry,
} from '@linux-sandbox/policy'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  accessFinder,
  canonicalPath,
  planMounts,
  type MountOperation,
  type MountPlan,
  type PlanAccess,
  type PlanOptions,
} from '../src/index.ts'
import { anyDisk, anyEntries } from './arbitraries.ts'
import { memoryDisk, type DiskContent } from './memory-disk.ts'
import { MountSimulator } from './mount-simulator.ts'

const HOST: DiskContent = {
  '/dev/null': 'device',
  '/dev/sda': 'device',
  '/dev/dri/card0': 'device',
  '/dev/shm': 'directory',
  '/proc/version': 'file',
  '/proc/keys': 'file',
  '/proc/self': { to: '77' },
  '/etc/passwd': 'file',
  '/tmp/old': 'file',
  '/w/src/a.ts': 'file',
  '/w/.git/config': 'file',
  '/w/out': { to: '/etc/passwd' },
  '/w/nowhere': { to: 'missing' },
  '/w/loop': { to: 'loop' },
  '/etc/in': { to: '/w/src' },
  '/w/vendor/lib/.git/config': 'file',
}

function lookAt(path: string, profile: string, options: PlanOptions = {}): PlanAccess {
  const disk = memoryDisk(HOST)
  const policy = resolvePolicy(builtinProfile(profile), { cwd: absolutePath('/w') })
  const plan = planMounts(policy, disk, { placeholders: 'make', ...options })
  return accessFinder(plan, disk)(absolutePath(path))
}

test.each([
  { path: '/w/src/a.ts', access: 'write', because: ':workspace_roots' },
  { path: '/w/new', access: 'write', exists: false, because: ':workspace_roots' },
  { path: '/w', access: 'write', because: ':workspace_roots' },
  { path: '/etc/passwd', access: 'read', because: ':root' },
  { path: '/etc/new', access: 'read', exists: false, because: ':root' },
  { path: '/w/.git/config', access: 'read', because: ':workspace_roots/.git' },
  { path: '/w/.codex', access: 'read', because: '.codex' },
  { path: '/w/out', access: 'read', leadsTo: '/etc/passwd', because: ':root' },
  { path: '/etc/in/a.ts', access: 'write', leadsTo: '/w/src/a.ts', because: ':workspace_roots' },
  { path: '/w/nowhere', access: 'write', leadsTo: '/w/missing', exists: false, because: ':workspace_roots' },
  { path: '/w/vendor/lib/.git/config', access: 'read', because: '/w/vendor/lib/.git' },
  { path: '/w/vendor/lib', access: 'write', because: ':workspace_roots' },
  { path: '/tmp/old', access: 'write', because: ':slash_tmp' },
  { path: '/dev/null', access: 'write', because: 'only the harmless devices' },
  { path: '/dev', access: 'read', because: 'only the harmless devices' },
  { path: '/dev/sda', access: 'deny', exists: false, because: 'only the harmless devices' },
  { path: '/dev/shm/x', access: 'write', exists: false, because: 'shared memory of the command alone' },
  { path: '/proc/version', access: 'read', because: 'the PID namespace has its own processes' },
  { path: '/proc/keys', access: 'deny', because: 'no namespace narrows it to the command' },
  {
    path: '/proc/self/status',
    access: 'read',
    exists: false,
    because: 'the PID namespace has its own processes',
  },
] as const)('under :workspace a command can $access $path', ({ path, access, because, ...more }) => {
  const found = lookAt(path, ':workspace')
  expect({ access: found.access, path: found.path, exists: found.exists }).toEqual({
    access,
    path: 'leadsTo' in more ? more.leadsTo : path,
    exists: 'exists' in more ? more.exists : true,
  })
  expect(wordsOf(found)).toContain(because)
})

test('a device that is given can be written, and a private /tmp is another one', () => {
  const options: PlanOptions = { devices: [absolutePath('/dev/dri')], privateTmp: true }
  expect(lookAt('/dev/dri/card0', ':read-only', options)).toMatchObject({ access: 'write', exists: true })
  expect(lookAt('/dev/dri/card0', ':read-only')).toMatchObject({ access: 'deny', exists: false })
  expect(lookAt('/tmp/old', ':read-only', options)).toMatchObject({ access: 'write', exists: false })
  expect(lookAt('/tmp/old', ':read-only')).toMatchObject({ access: 'read', exists: true })
})

test('a later operation hides what an earlier one put below the same target', () => {
  const [w, src, file] = [absolutePath('/w'), absolutePath('/w/src'), absolutePath('/w/src/a.ts')]
  const cause = { kind: 'base', reason: 'this test' } as const
  const hidden: MountOperation[] = [
    { type: 'root', access: 'read', devices: false, cause },
    { type: 'bind', source: file, target: file, access: 'write', cause },
    { type: 'mask-directory', target: w, traversable: true, cause },
  ]
  const disk = memoryDisk(HOST)
  const at = (operations: readonly MountOperation[], path: string): PlanAccess =>
    accessFinder({ operations, placeholders: [], notes: [] }, disk)(absolutePath(path))

  expect(at(hidden.slice(0, 2), '/w/src/a.ts')).toMatchObject({ access: 'write', exists: true })
  expect(at(hidden, '/w/src/a.ts')).toMatchObject({ access: 'deny', exists: false, place: 'mask-directory' })
  expect(at(hidden, '/w/src')).toMatchObject({ access: 'deny', exists: false })
  const link: MountOperation = { type: 'symlink', target: src, to: '../tmp', cause }
  expect(at([...hidden, link], '/w/src/old')).toMatchObject({ access: 'read', path: '/tmp/old' })

  const moved: MountOperation = {
    type: 'bind',
    source: w,
    target: absolutePath('/tmp'),
    access: 'write',
    cause,
  }
  const found = [...hidden.slice(0, 1), moved]
  expect(at(found, '/tmp/src/a.ts')).toMatchObject({ access: 'write', exists: true })
  expect(at(found, '/tmp/old')).toMatchObject({ access: 'write', exists: false })
  expect(at(found, '/tmp/out')).toMatchObject({ access: 'read', path: '/etc/passwd' })
})

test('what has a placeholder is there, also when something else is mounted on it', () => {
  const path = absolutePath('/w/.codex')
  const cause = { kind: 'base', reason: 'this test' } as const
  const operations: MountOperation[] = [
    { type: 'root', access: 'write', devices: false, cause },
    { type: 'bind', source: absolutePath('/run/empty'), target: path, access: 'read', cause },
  ]
  const plan: MountPlan = { operations, placeholders: [{ path, cause }], notes: [] }
  const found = accessFinder(plan, memoryDisk(HOST))(path)
  expect(found).toMatchObject({ exists: true, access: 'read' })
})

test('a link that leads to itself leads nowhere', () => {
  expect(() => lookAt('/w/loop', ':workspace')).toThrow(/loop/)
})

function wordsOf({ cause }: PlanAccess): string[] {
  switch (cause.kind) {
    case 'entry':
      return [cause.origin.spelling]
    case 'protected-name':
      return [cause.name]
    case 'git':
      return [cause.repository]
    case 'platform-default':
      return [cause.path]
    case 'base':
      return [cause.reason]
  }
}

test('what is found in any plan is what its mounts come to', () => {
  let seen = 0
  fc.assert(
    fc.property(
      anyDisk.chain((content) => fc.tuple(fc.constant(content), anyEntries(content), anyEntries(content))),
      ([content, entries, named]) => {
        const plan = planOf(content, entries)
        if (plan === undefined) return
        const disk = memoryDisk({
          ...content,
          ...Object.fromEntries(plan.placeholders.map(({ path }) => [path, 'directory'])),
        })
        const simulated = new MountSimulator(plan.operations, disk)
        const paths = [...Object.keys(content).map(absolutePath), ...named.flatMap(literalOf)]
        const find = accessFinder(plan, memoryDisk(content))
        for (const path of paths.filter((one) => !/^\/(dev|proc)/.test(one))) {
          const expected = simulate(simulated, path)
          if (expected === undefined || /^\/(dev|proc)/.test(expected.path)) continue
          seen++
          const { access, exists, path: end } = find(path)
          expect({ name: path, path: end, exists, access }).toEqual({ name: path, ...expected })
        }
      },
    ),
    { numRuns: 2000 },
  )
  expect(seen).toBeGreaterThan(2000)
})

function planOf(content: DiskContent, entries: readonly FileSystemEntry[]): MountPlan | undefined {
  const policy = resolvePolicy(
    { type: 'managed', file_system: { type: 'restricted', entries }, network: 'restricted' },
    { cwd: absolutePath('/a') },
  )
  try {
    return planMounts(policy, memoryDisk(content), { placeholders: 'make' })
  } catch (error) {
    if (isSandboxError(error)) return undefined
    throw error
  }
}

function literalOf({ path }: FileSystemEntry): AbsolutePath[] {
  return path.type === 'path' ? [path.path] : []
}

/** By the model of mount(2): what could be made has the access of the directory that it would be made in. */
function simulate(
  simulated: MountSimulator,
  name: AbsolutePath,
): Pick<PlanAccess, 'path' | 'exists' | 'access'> | undefined {
  try {
    const { path, exists } = canonicalPath(simulated, name)
    let at = path
    while (simulated.kindOf(at) === undefined) at = parentPath(at)
    return { path, exists, access: simulated.accessAt(at) }
  } catch (error) {
    if (isSandboxError(error)) return undefined
    throw error
  }
}
