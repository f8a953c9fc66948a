import { describe, expect, test } from 'vitest'
import {
  isFullDiskRead,
  isFullDiskWrite,
  protectedPaths,
  readableRoots,
  resolvePolicy,
  unreadableGlobs,
  unreadableRoots,
  writableRoots,
} from '../src/index.js'
import { CONTEXT, entry, managed, policyOf, type ShortEntry } from './support.js'

interface Case {
  readonly entries: readonly ShortEntry[]
  readonly read: boolean
  readonly write: boolean
  readonly why: string
}

describe('the whole disk', () => {
  test.each<Case>([
    { entries: [], read: false, write: false, why: 'no entry' },
    { entries: [[':root', 'read']], read: true, write: false, why: 'root' },
    { entries: [['/', 'write']], read: true, write: true, why: '/ is root' },
    {
      entries: [
        ['/', 'write'],
        ['/a', 'deny'],
      ],
      read: false,
      write: false,
      why: 'a denied path',
    },
    {
      entries: [
        ['/', 'write'],
        ['/a', 'read'],
      ],
      read: true,
      write: false,
      why: 'a read-only path',
    },
    {
      entries: [
        ['/', 'write'],
        ['/a', 'read'],
        ['/a', 'write'],
      ],
      read: true,
      write: true,
      why: 'one that is outranked',
    },
    {
      entries: [
        ['/', 'write'],
        ['/a', 'deny'],
        ['/a', 'write'],
      ],
      read: false,
      write: false,
      why: 'deny outranks write',
    },
    {
      entries: [
        ['/', 'write'],
        ['/a/*.x', 'deny'],
      ],
      read: false,
      write: false,
      why: 'a glob',
    },
    {
      entries: [
        ['/', 'write'],
        ['/a/*.x', 'read'],
      ],
      read: true,
      write: true,
      why: 'a glob without effect',
    },
    {
      entries: [
        ['/', 'write'],
        [':root', 'deny'],
      ],
      read: false,
      write: false,
      why: 'a denied root',
    },
    {
      entries: [
        ['/', 'write'],
        [':minimal', 'read'],
      ],
      read: true,
      write: true,
      why: 'minimal narrows nothing',
    },
    {
      entries: [
        ['/', 'write'],
        [':slash_tmp', 'read'],
      ],
      read: true,
      write: false,
      why: 'a read-only /tmp',
    },
    {
      entries: [
        ['/', 'write'],
        [':slash_tmp', 'read'],
        ['/tmp', 'write'],
      ],
      read: true,
      write: true,
      why: '/tmp is slash_tmp',
    },
  ])('$entries: read $read, write $write ($why)', ({ entries, read, write }) => {
    const policy = policyOf(...entries)
    expect([isFullDiskRead(policy), isFullDiskWrite(policy)]).toEqual([read, write])
  })

  test.each([{ type: 'disabled' }, { type: 'external', network: 'restricted' }] as const)(
    'is open under $type',
    (profile) => {
      const policy = resolvePolicy(profile, CONTEXT)
      expect([isFullDiskRead(policy), isFullDiskWrite(policy)]).toEqual([true, true])
      expect(
        [readableRoots, writableRoots, unreadableRoots, unreadableGlobs, protectedPaths].map((list) =>
          list(policy),
        ),
      ).toEqual([[], [], [], [], []])
    },
  )
})

describe('roots', () => {
  const policy = policyOf(
    [':root', 'deny'],
    ['/repo', 'write'],
    ['/repo/a', 'deny'],
    ['/repo/a/b', 'read'],
    ['/repo/a/b', 'write'],
    ['/lib', 'read'],
    ['/lib', 'deny'],
    ['/etc', 'read'],
    ['/repo/*.env', 'deny'],
    ['/repo/x.env', 'write'],
  )

  test.each([
    { name: 'readable', roots: readableRoots(policy), paths: ['/repo', '/repo/a/b', '/etc'] },
    { name: 'writable', roots: writableRoots(policy), paths: ['/repo', '/repo/a/b'] },
    { name: 'unreadable', roots: unreadableRoots(policy), paths: ['/repo/a', '/lib'] },
  ])('$name ones are each entry that decides about its own path, once', ({ roots, paths }) => {
    expect(roots.map(({ path }) => path)).toEqual(paths)
  })

  test('of two entries at a path the one that counts is given', () => {
    expect(writableRoots(policy).at(-1)).toMatchObject({ access: 'write', origin: { index: 4 } })
  })

  test('globs are given as they are', () => {
    expect(unreadableGlobs(policy).map(({ pattern }) => pattern)).toEqual(['/repo/*.env'])
  })

  test('there are none to list where the whole disk is open', () => {
    const open = policyOf([':root', 'write'], ['/a', 'write'])
    expect([readableRoots(open), writableRoots(open), protectedPaths(open)]).toEqual([[], [], []])
  })
})

describe('protectedPaths', () => {
  const skipped = { missing_path_behavior: 'skip' } as const

  test.each([
    {
      entries: [entry(['/r', 'write'])],
      paths: ['/r/.git', '/r/.agents', '/r/.codex', '/r/.aws'],
      why: 'all names',
    },
    {
      entries: [
        entry(['/r', 'write']),
        entry(['/r/.git', 'write']),
        entry(['/r/.aws', 'deny']),
        entry(['/r/.codex', 'read']),
      ],
      paths: ['/r/.agents', '/r/.git/.git', '/r/.git/.agents', '/r/.git/.codex', '/r/.git/.aws'],
      why: 'an entry at the name decides instead, and is a root of its own',
    },
    {
      entries: [entry(['/r', 'write']), { ...entry(['/r/.git', 'read']), ...skipped }],
      paths: ['/r/.git', '/r/.agents', '/r/.codex', '/r/.aws'],
      why: 'an entry that is skipped where the name is missing must not open it',
    },
    {
      entries: [
        entry(['/r', 'write']),
        { ...entry(['/r/.git', 'deny']), ...skipped },
        entry(['/r/.a*', 'deny']),
      ],
      paths: ['/r/.git', '/r/.codex'],
      why: 'what a glob denies is closed anyway',
    },
    {
      entries: [
        entry(['/r', 'write']),
        { ...entry(['/r/.git', 'write']), ...skipped },
        entry(['/r/.git/.*', 'deny']),
      ],
      paths: ['/r/.agents', '/r/.codex', '/r/.aws'],
      why: 'what the policy lets the command write, it lets the command create',
    },
    {
      entries: [entry(['/r', 'write']), entry(['/r/.git/hooks', 'write'])],
      paths: 4 + 4,
      why: 'a grant below the name',
    },
  ])('$paths: $why', ({ entries, paths }) => {
    const found = protectedPaths(resolvePolicy(managed(...entries), CONTEXT)).map(({ path }) => path)
    if (typeof paths === 'number') expect(found).toHaveLength(paths)
    else expect(found).toEqual(paths)
  })
})
