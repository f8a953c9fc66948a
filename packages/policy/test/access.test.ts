import { describe, expect, test } from 'vitest'
import { absolutePath, accessOf, resolvePolicy, type Access } from '../src/index.js'
import { CONTEXT, policyOf, type ShortEntry } from './support.js'

interface Case {
  readonly entries: readonly ShortEntry[]
  readonly path: string
  readonly access: Access
  readonly by: string
  readonly why: string
}

const REOPENED: readonly ShortEntry[] = [
  ['/repo', 'write'],
  ['/repo/a', 'deny'],
  ['/repo/a/b', 'write'],
  ['/repo/a/c', 'read'],
]

describe('accessOf', () => {
  test.each<Case>([
    { entries: [], path: '/x', access: 'deny', by: 'no-entry', why: 'no entry at all' },
    { entries: [['/a', 'read']], path: '/', access: 'deny', by: 'no-entry', why: 'above the entry' },
    { entries: [['/a', 'read']], path: '/ab', access: 'deny', by: 'no-entry', why: 'a name is not a prefix' },
    { entries: [['/a', 'read']], path: '/a', access: 'read', by: 'entry', why: 'the entry itself' },
    { entries: [[':root', 'read']], path: '/x/y', access: 'read', by: 'entry', why: 'everything is below /' },
    { entries: REOPENED, path: '/repo/x', access: 'write', by: 'entry', why: 'outside the hole' },
    { entries: REOPENED, path: '/repo/a/x', access: 'deny', by: 'entry', why: 'in the hole' },
    { entries: REOPENED, path: '/repo/a/b/x', access: 'write', by: 'entry', why: 'reopened for writing' },
    { entries: REOPENED, path: '/repo/a/c/x', access: 'read', by: 'entry', why: 'reopened for reading' },
    {
      entries: [
        ['/a', 'write'],
        ['/a', 'deny'],
        ['/a', 'read'],
      ],
      path: '/a',
      access: 'deny',
      by: 'entry',
      why: 'equal depth: deny first',
    },
    {
      entries: [
        ['/a', 'read'],
        ['/a', 'write'],
      ],
      path: '/a',
      access: 'write',
      by: 'entry',
      why: 'equal depth: write before read',
    },
    {
      entries: [
        ['/repo', 'write'],
        ['**/*.env', 'deny'],
        ['/repo/a.env', 'write'],
      ],
      path: '/repo/a.env',
      access: 'deny',
      by: 'glob',
      why: 'a glob wins over an equal path',
    },
    {
      entries: [
        ['/repo', 'write'],
        ['/repo/*secret*', 'deny'],
      ],
      path: '/repo/secrets/key',
      access: 'deny',
      by: 'glob',
      why: 'below a match',
    },
    {
      entries: [['/repo/*', 'read']],
      path: '/repo/x',
      access: 'deny',
      by: 'no-entry',
      why: 'globs grant nothing',
    },
  ])('$path is $access by $by: $why', ({ entries, path, access, by }) => {
    const decision = accessOf(policyOf(...entries), absolutePath(path))
    expect([decision.access, decision.decidedBy.kind]).toEqual([access, by])
  })

  test.each([
    { type: 'disabled' } as const,
    { type: 'external', network: 'restricted' } as const,
    { type: 'managed', file_system: { type: 'unrestricted' }, network: 'restricted' } as const,
  ])('lets $type write everything, protected names included', (profile) => {
    expect(accessOf(resolvePolicy(profile, CONTEXT), absolutePath('/repo/.git/config'))).toEqual({
      access: 'write',
      decidedBy: { kind: 'unrestricted' },
    })
  })

  test('names the entry that decided and where it came from', () => {
    expect(
      accessOf(policyOf([':root', 'read'], ['/repo', 'write']), absolutePath('/repo/x')).decidedBy,
    ).toEqual({
      kind: 'entry',
      entry: {
        path: '/repo',
        access: 'write',
        ifMissing: 'default',
        origin: { index: 1, spelling: '/repo' },
      },
    })
  })
})

describe('protected names', () => {
  const nested: readonly ShortEntry[] = [
    ['/repo', 'write'],
    ['/repo/sub', 'write'],
    ['/repo/.git/hooks/mine', 'write'],
    ['/repo/.aws', 'write'],
    ['/data', 'read'],
  ]
  test.each<{ path: string; access: Access; why: string }>([
    { path: '/repo/.git', access: 'read', why: 'the name itself' },
    { path: '/repo/.git/config', access: 'read', why: 'below it' },
    { path: '/repo/.codex/x/y', access: 'read', why: 'far below it' },
    { path: '/repo/.agents', access: 'read', why: 'every name' },
    { path: '/repo/.gitignore', access: 'write', why: 'a longer name' },
    { path: '/repo/other/.git', access: 'write', why: 'not directly in a root' },
    { path: '/repo/sub/.git', access: 'read', why: 'directly in a nested root' },
    { path: '/repo/.git/hooks/mine/x', access: 'write', why: 'granted below the name' },
    { path: '/repo/.git/hooks/other', access: 'read', why: 'beside that grant' },
    { path: '/repo/.aws/config', access: 'write', why: 'granted at the name' },
    { path: '/data/.git', access: 'read', why: 'no writable root, so by its entry' },
  ])('$path is $access: $why', ({ path, access }) => {
    expect(accessOf(policyOf(...nested), absolutePath(path)).access).toBe(access)
  })

  test('protect nothing when the whole disk is writable', () => {
    expect(accessOf(policyOf([':root', 'write']), absolutePath('/.git')).access).toBe('write')
  })

  test('protect / when something narrows a writable disk', () => {
    const policy = policyOf([':root', 'write'], ['/x', 'deny'])
    expect(accessOf(policy, absolutePath('/.git/config'))).toMatchObject({
      access: 'read',
      decidedBy: { kind: 'protected-name', path: '/.git', name: { name: '.git' }, entry: { path: '/' } },
    })
  })
})

describe('platform defaults', () => {
  test.each<{ entries: readonly ShortEntry[]; access: Access; by: string; why: string }>([
    { entries: [[':minimal', 'read']], access: 'read', by: 'platform-default', why: 'alone' },
    { entries: [[':minimal', 'write']], access: 'read', by: 'platform-default', why: 'never writable' },
    {
      entries: [
        [':minimal', 'read'],
        [':root', 'deny'],
      ],
      access: 'read',
      by: 'platform-default',
      why: 'deny on / is where a policy starts',
    },
    {
      entries: [
        [':minimal', 'read'],
        ['/usr/lib', 'deny'],
      ],
      access: 'deny',
      by: 'entry',
      why: 'an entry wins',
    },
    {
      entries: [
        [':minimal', 'read'],
        ['/usr', 'write'],
      ],
      access: 'write',
      by: 'entry',
      why: 'also one that grants more',
    },
    {
      entries: [
        [':minimal', 'read'],
        ['/usr/**/*.so', 'deny'],
      ],
      access: 'deny',
      by: 'glob',
      why: 'a glob wins',
    },
    { entries: [[':minimal', 'deny']], access: 'deny', by: 'no-entry', why: 'deny asks for none' },
  ])('/usr/lib/libc.so is $access by $by: $why', ({ entries, access, by }) => {
    const decision = accessOf(policyOf(...entries), absolutePath('/usr/lib/libc.so'))
    expect([decision.access, decision.decidedBy.kind]).toEqual([access, by])
  })
})
