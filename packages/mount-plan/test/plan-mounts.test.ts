import { PolicyUnsupportedError } from '@linux-sandbox/errors'
import { absolutePath, resolvePolicy, type Access, type PermissionProfile } from '@linux-sandbox/policy'
import { expect, test } from 'vitest'
import { planMounts, type MountOperation } from '../src/index.ts'
import { memoryDisk, type DiskContent } from './memory-disk.ts'

type Grants = Readonly<Record<string, Access>>

function profile(grants: Grants, skip: readonly string[] = []): PermissionProfile {
  const entries = Object.entries(grants).map(([path, access]) => ({
    path: { type: 'path' as const, path: absolutePath(path) },
    access,
    ...(skip.includes(path) ? { missing_path_behavior: 'skip' as const } : {}),
  }))
  return { type: 'managed', file_system: { type: 'restricted', entries }, network: 'restricted' }
}

function plan(grants: Grants, content: DiskContent, skip?: readonly string[]) {
  return planMounts(resolvePolicy(profile(grants, skip), { cwd: absolutePath('/w') }), memoryDisk(content))
}

/** One line for each operation, in the words of a reader. Git's have their own tables in `git/`. */
function lines(all: readonly MountOperation[]): string[] {
  const operations = all.filter(({ cause }) => cause.kind !== 'git')
  return operations.map((operation) => {
    switch (operation.type) {
      case 'root':
        return `root ${operation.access}${operation.devices ? ' with devices' : ''}`
      case 'bind':
        return `${operation.access} ${operation.target}${operation.source === operation.target ? '' : ` from ${operation.source}`}`
      case 'mask-directory':
        return `mask ${operation.target}/${operation.traversable ? ' traversable' : ''}`
      case 'mask-file':
        return `mask ${operation.target}`
      case 'directory':
        return `directory ${operation.target} ${operation.mode.toString(8)}`
      case 'tmpfs':
        return `tmpfs ${operation.target} ${operation.mode.toString(8)}`
      case 'remount-read-only':
        return `freeze ${operation.target}`
      default:
        return operation.type
    }
  })
}

const BASE = ['root read', 'dev', 'tmpfs /dev/shm 1777', 'freeze /dev', 'proc', 'freeze /proc']

test.each([
  { why: 'reads everything', grants: { '/': 'read' }, content: {}, expected: [] },
  {
    why: 'a writable root, and what is protected in it',
    grants: { '/': 'read', '/w': 'write' },
    content: { '/w/.git': 'directory', '/w/.codex': 'file', '/w/src': 'directory' },
    expected: ['write /w', 'read /w/.codex', 'read /w/.git'],
  },
  {
    why: 'a grant at the protected name lifts its protection',
    grants: { '/': 'read', '/w': 'write', '/w/.git': 'write' },
    content: { '/w/.git/config': 'file' },
    expected: ['write /w'],
  },
  {
    why: 'a grant below the protected name holds for what lies below it only',
    grants: { '/': 'read', '/w': 'write', '/w/.git/refs': 'write' },
    content: { '/w/.git/refs': 'directory' },
    expected: ['write /w', 'read /w/.git', 'write /w/.git/refs'],
  },
  {
    why: 'narrower rules follow broader ones, whatever their kind',
    grants: { '/w/a/b/c': 'read', '/w/a/b': 'write', '/w/a': 'read', '/w': 'write', '/': 'read' },
    content: { '/w/a/b/c/d': 'file' },
    expected: ['write /w', 'read /w/a', 'write /w/a/b', 'read /w/a/b/c'],
  },
  {
    why: 'a rule that changes nothing needs no mount, unless it holds in place what is protected below it',
    grants: { '/': 'read', '/w': 'write', '/w/a': 'write', '/w/b': 'write', '/usr': 'read' },
    content: { '/w/a/.git': 'directory', '/w/b': 'file', '/usr': 'directory' },
    expected: ['write /w', 'write /w/a', 'read /w/a/.git'],
  },
  {
    why: 'a writable root that is a file has nothing to protect below it',
    grants: { '/': 'read', '/w/file': 'write' },
    content: { '/w/file': 'file' },
    expected: ['write /w/file'],
  },
  {
    why: 'denied files and directories',
    grants: { '/': 'read', '/etc/shadow': 'deny', '/root': 'deny' },
    content: { '/etc/shadow': 'file', '/root/x': 'file' },
    expected: ['mask /root/', 'mask /etc/shadow', 'freeze /root'],
  },
  {
    why: 'grants below a denied directory are reopened, and it is frozen after them',
    grants: { '/': 'read', '/d': 'deny', '/d/e/read': 'read', '/d/write': 'write', '/d/e/file': 'read' },
    content: { '/d/e/read/x': 'file', '/d/write/x': 'file', '/d/e/file': 'file' },
    expected: [
      'mask /d/ traversable',
      'directory /d/e 111',
      'directory /d/write 111',
      'directory /d/e/read 111',
      'write /d/write',
      'read /d/e/file',
      'read /d/e/read',
      'freeze /d',
    ],
  },
  {
    why: 'a denial inside a denial is there already',
    grants: { '/': 'read', '/d': 'deny', '/d/e': 'deny' },
    content: { '/d/e': 'directory' },
    expected: ['mask /d/', 'freeze /d'],
  },
  {
    why: 'a root that is a link is bound where it leads',
    grants: { '/': 'read', '/link': 'write' },
    content: { '/link': { to: '/real' }, '/real/.git': 'directory' },
    expected: ['write /real', 'read /real/.git'],
  },
  {
    why: 'a denied device is masked where the sandbox has it, and not there anyway where not',
    grants: { '/': 'read', '/dev/zero': 'deny', '/dev/kvm': 'deny', '/dev/shm': 'write' },
    content: { '/dev/zero': 'device', '/dev/kvm': 'device', '/dev/shm': 'directory' },
    expected: ['write /dev/shm', 'mask /dev/zero'],
  },
  {
    why: 'two spellings of one directory: the stricter one counts',
    grants: { '/': 'read', '/link': 'write', '/real': 'deny' },
    content: { '/link': { to: '/real' }, '/real/x': 'file' },
    expected: ['mask /real/', 'freeze /real'],
  },
] satisfies { why: string; grants: Grants; content: DiskContent; expected: string[] }[])(
  '$why',
  ({ grants, content, expected }) => {
    expect(lines(plan(grants, content).operations)).toEqual([...BASE, ...expected])
  },
)

test('a missing protected name is noted, not mounted', () => {
  const { notes } = plan({ '/': 'read', '/w': 'write' }, { '/w/.git': 'directory' })
  expect(notes.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
    'protected-name-missing /w/.agents',
    'protected-name-missing /w/.codex',
    'protected-name-missing /w/.aws',
  ])
})

test('a protected name that has its own entry is mounted once, or noted once', () => {
  const grants: Grants = { '/': 'read', '/w': 'write', '/w/.git': 'read', '/w/.codex': 'read' }
  const { operations, notes } = plan(grants, { '/w/.git': 'directory' }, ['/w/.git', '/w/.codex'])
  expect(lines(operations)).toEqual([...BASE, 'write /w', 'read /w/.git'])
  expect(notes.filter(({ path }) => path === '/w/.codex').map(({ kind }) => kind)).toEqual([
    'protected-name-missing',
  ])
})

test('a missing writable root is left out and noted', () => {
  const { operations, notes } = plan({ '/': 'read', '/gone': 'write' }, {})
  expect(lines(operations)).toEqual(BASE)
  expect(notes).toEqual([
    {
      kind: 'root-missing',
      path: '/gone',
      message: '/gone does not exist, so there is nothing to make writable',
    },
  ])
})

test.each(['read', 'deny'] as const)('a %s entry for what the command could create is refused', (access) => {
  expect(() => plan({ '/': 'read', '/w': 'write', '/w/new': access }, { '/w/x': 'file' })).toThrow(
    PolicyUnsupportedError,
  )
})

test('unless it may be skipped: then it is noted', () => {
  const { notes } = plan({ '/': 'read', '/w': 'write', '/w/new': 'deny' }, { '/w/x': 'file' }, ['/w/new'])
  expect(notes.map(({ kind, path }) => `${kind} ${path}`)).toContain('rule-missing /w/new')
})

test('a denial of what does not exist and cannot be created needs nothing', () => {
  expect(lines(plan({ '/': 'read', '/no/such': 'deny' }, {}).operations)).toEqual(BASE)
})

test.each([
  { path: '/dev', access: 'write', kind: 'directory' },
  { path: '/dev/kvm', access: 'write', kind: 'device' },
  { path: '/proc', access: 'write', kind: 'directory' },
  { path: '/proc/sys/kernel', access: 'write', kind: 'directory' },
] as const)('$access on $path is refused: the sandbox has its own', ({ path, access, kind }) => {
  expect(() => plan({ '/': 'read', [path]: access }, { [path]: kind })).toThrow(PolicyUnsupportedError)
})

test('a protected name that is a link is refused by name', () => {
  expect(() => plan({ '/': 'read', '/w': 'write' }, { '/w/.git': { to: '/elsewhere' } })).toThrow(
    /protection of \/w\/\.git.*symbolic link in the writable root \/w/,
  )
})

test.each([
  { why: 'no entry for /', grants: { '/usr': 'read' } },
  { why: '/ is denied', grants: { '/': 'deny', '/usr': 'read' } },
] satisfies { why: string; grants: Grants }[])('restricted reading is refused ($why)', ({ grants }) => {
  expect(() => plan(grants, { '/usr': 'directory' })).toThrow(PolicyUnsupportedError)
})

test('an unrestricted policy keeps the devices and mounts only a fresh /proc', () => {
  const policy = resolvePolicy(
    { type: 'managed', file_system: { type: 'unrestricted' }, network: 'restricted' },
    { cwd: absolutePath('/w') },
  )
  expect(lines(planMounts(policy, memoryDisk({})).operations)).toEqual(['root write with devices', 'proc'])
})

test('/proc/keys is hidden where the kernel has it', () => {
  const { operations } = plan({ '/': 'read' }, { '/proc/keys': 'file' })
  expect(lines(operations)).toEqual([...BASE.slice(0, -1), 'mask /proc/keys', 'freeze /proc'])
})

test('/proc can be left as its permissions have it', () => {
  const policy = resolvePolicy(profile({ '/': 'read' }), { cwd: absolutePath('/w') })
  const { operations } = planMounts(policy, memoryDisk({ '/proc/keys': 'file' }), { proc: 'writable' })
  expect(lines(operations)).toEqual(BASE.slice(0, -1))
})

test('a grant of the whole disk protects no names', () => {
  expect(lines(plan({ '/': 'write' }, { '/.git': 'directory' }).operations)).toEqual([
    'root write',
    ...BASE.slice(1),
  ])
})

test('no path is looked at twice', () => {
  const disk = memoryDisk({ '/w/a/b/c': 'directory', '/w/a/d': 'file' })
  const policy = resolvePolicy(
    profile({ '/': 'read', '/w/a': 'write', '/w/a/b/c': 'read', '/w/a/d': 'deny' }),
    {
      cwd: absolutePath('/w'),
    },
  )
  planMounts(policy, disk)
  expect(disk.looks()).toBe(
    ['/proc/keys', '/w', '/w/a', '/w/a/b', '/w/a/b/c', '/w/a/d', '/w/a/commondir', '/w/a/refs'].length +
      policy.protectedNames.length,
  )
})
