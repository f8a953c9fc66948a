import { describe, expect, test } from 'vitest'
import { absolutePath, explain, resolvePolicy, type Access, type AccessReason } from '../src/index.js'
import { CONTEXT, policyOf, type ShortEntry } from './support.js'

const WORKSPACE: readonly ShortEntry[] = [
  [':root', 'read'],
  ['/repo', 'write'],
]

describe('shadowed', () => {
  test.each<{ entries: readonly ShortEntry[]; path: string; by: string; shadowed: string[]; why: string }>([
    { entries: [], path: '/x', by: 'no-entry', shadowed: [], why: 'nothing covers it' },
    {
      entries: [...WORKSPACE, ['/repo/a/b', 'deny'], ['/other', 'deny']],
      path: '/repo/a',
      by: 'write /repo',
      shadowed: ['read /: shallower'],
      why: 'entries below it or beside it cover nothing',
    },
    {
      entries: [
        ['/a', 'read'],
        ['/', 'write'],
        ['/a', 'write'],
        ['/a', 'deny'],
        ['/a', 'deny'],
        ['/', 'read'],
      ],
      path: '/a/x',
      by: 'deny /a',
      shadowed: [
        'deny /a: repeated',
        'write /a: weaker',
        'read /a: weaker',
        'write /: shallower',
        'read /: shallower',
      ],
      why: 'order of precedence, not of the document',
    },
    {
      entries: [...WORKSPACE, ['**/*.env', 'deny'], ['/repo/*', 'deny'], ['/repo/b.env', 'write']],
      path: '/repo/b.env',
      by: 'glob **/*.env',
      shadowed: [
        'glob /repo/*: repeated',
        'write /repo/b.env: glob-wins',
        'write /repo: glob-wins',
        'read /: glob-wins',
      ],
      why: 'globs come before entries',
    },
    {
      entries: WORKSPACE,
      path: '/repo/.git/config',
      by: 'name /repo/.git',
      shadowed: ['write /repo: shallower', 'read /: shallower'],
      why: 'a protected name is deeper than its root',
    },
    {
      entries: [...WORKSPACE, ['/repo/.git', 'write']],
      path: '/repo/.git/config',
      by: 'write /repo/.git',
      shadowed: ['name /repo/.git: lifted', 'write /repo: shallower', 'read /: shallower'],
      why: 'granted at the name',
    },
    {
      entries: [...WORKSPACE, ['/repo/.git/hooks', 'write']],
      path: '/repo/.git/hooks/x',
      by: 'write /repo/.git/hooks',
      shadowed: ['name /repo/.git: lifted', 'write /repo: shallower', 'read /: shallower'],
      why: 'granted below the name',
    },
    {
      entries: [...WORKSPACE, ['/repo/.git/a', 'write']],
      path: '/repo/.git/a/.git/b',
      by: 'name /repo/.git/a/.git',
      shadowed: [
        'write /repo/.git/a: shallower',
        'name /repo/.git: shallower',
        'write /repo: shallower',
        'read /: shallower',
      ],
      why: 'a protected name in a root in a protected name',
    },
    {
      entries: [...WORKSPACE, ['/repo/.git', 'deny'], ['/repo/.aws', 'read'], ['/repo/.git/x', 'read']],
      path: '/repo/.git',
      by: 'deny /repo/.git',
      shadowed: ['name /repo/.git: weaker', 'write /repo: shallower', 'read /: shallower'],
      why: 'an entry for the name denies it',
    },
    {
      entries: [...WORKSPACE, ['/repo/.aws', 'read']],
      path: '/repo/.aws',
      by: 'read /repo/.aws',
      shadowed: ['name /repo/.aws: repeated', 'write /repo: shallower', 'read /: shallower'],
      why: 'an entry says what the name does',
    },
    {
      entries: [...WORKSPACE, ['/repo', 'deny']],
      path: '/repo/.git',
      by: 'deny /repo',
      shadowed: ['write /repo: weaker', 'read /: shallower'],
      why: 'no name is protected in a root that is outranked',
    },
    {
      entries: [[':root', 'write']],
      path: '/.git',
      by: 'write /',
      shadowed: ['name /.git: whole-disk-writable'],
      why: 'nothing narrows /',
    },
    {
      entries: [
        [':root', 'deny'],
        [':root', 'read'],
        [':minimal', 'read'],
      ],
      path: '/usr/lib',
      by: 'default /usr',
      shadowed: ['deny /: starts-from-zero', 'read /: weaker'],
      why: 'a default comes before deny on /',
    },
    {
      entries: [
        ['/usr', 'write'],
        [':minimal', 'read'],
      ],
      path: '/usr/lib',
      by: 'write /usr',
      shadowed: ['default /usr: only-fills-gaps'],
      why: 'a default comes after all other entries',
    },
    {
      entries: [
        [':root', 'deny'],
        ['/usr', 'write'],
        [':minimal', 'read'],
      ],
      path: '/usr/lib',
      by: 'write /usr',
      shadowed: ['default /usr: only-fills-gaps', 'deny /: shallower'],
      why: 'both at once',
    },
  ])('$path by $by: $why', ({ entries, path, by, shadowed }) => {
    const explanation = explain(policyOf(...entries), absolutePath(path))
    expect(short(explanation.decidedBy)).toBe(by)
    expect(explanation.shadowed.map(({ rule, because }) => `${short(rule)}: ${because}`)).toEqual(shadowed)
  })
})

describe('changes', () => {
  test.each<{
    entries: readonly ShortEntry[]
    path: string
    changes: Readonly<Partial<Record<Access, string>>>
    why: string
  }>([
    {
      entries: WORKSPACE,
      path: '/repo/.git',
      changes: { deny: '+ deny /repo/.git', write: '+ write /repo/.git' },
      why: 'a protected name yields to an entry',
    },
    {
      entries: [['/a', 'deny']],
      path: '/a/b',
      changes: { read: '+ read /a/b', write: '+ write /a/b' },
      why: 'a denied parent is reopened by the path itself',
    },
    {
      entries: [],
      path: '/a',
      changes: { read: '+ read /a', write: '+ write /a' },
      why: 'what no entry covers',
    },
    {
      entries: [...WORKSPACE, ['/repo/*.env', 'deny'], ['**/a.*', 'deny'], ['**/*.c', 'deny']],
      path: '/repo/a.env',
      changes: {
        read: '- glob /repo/*.env - glob **/a.* + read /repo/a.env',
        write: '- glob /repo/*.env - glob **/a.*',
      },
      why: 'no entry outranks a glob',
    },
    {
      entries: [
        ['/a', 'read'],
        ['/a', 'write'],
        ['/a', 'deny'],
      ],
      path: '/a',
      changes: { read: '- deny /a - write /a', write: '- deny /a' },
      why: 'an entry for the same path has to go',
    },
    {
      entries: [['/a', 'write']],
      path: '/a',
      changes: { deny: '+ deny /a', read: '- write /a + read /a' },
      why: 'read is the weakest at one path',
    },
    {
      entries: [
        ['/', 'write'],
        ['/x', 'read'],
      ],
      path: '/x',
      changes: {
        deny: '+ deny /x',
        write: '+ write /x ~ write /.git ~ write /.agents ~ write /.codex ~ write /.aws',
      },
      why: 'protection ends with the last thing that narrows /',
    },
    {
      entries: [
        ['/', 'write'],
        ['/.git', 'write'],
      ],
      path: '/.aws/x',
      changes: {
        deny: '+ deny /.aws/x ~ read /.agents ~ read /.codex ~ read /.aws ~ read /.git/.git ~ read /.git/.agents ~ read /.git/.codex ~ read /.git/.aws',
        read: '+ read /.aws/x ~ read /.agents ~ read /.codex ~ read /.aws ~ read /.git/.git ~ read /.git/.agents ~ read /.git/.codex ~ read /.git/.aws',
      },
      why: 'protection begins with the first thing that narrows /',
    },
  ])('of $path: $why', ({ entries, path, changes }) => {
    const explanation = explain(policyOf(...entries), absolutePath(path))
    const found = explanation.changes.map(({ access, obstacles, entry, sideEffects }) => [
      access,
      [
        ...obstacles.map((obstacle) => `- ${short(obstacle)}`),
        ...(entry === undefined ? [] : [`+ ${entry.access} ${entry.path}`]),
        ...sideEffects.map((effect) => `~ ${effect.access} ${effect.path}`),
      ].join(' '),
    ])
    expect(found).toEqual(Object.entries(changes))
  })
})

test.each([
  { type: 'disabled' } as const,
  { type: 'external', network: 'restricted' } as const,
  { type: 'managed', file_system: { type: 'unrestricted' }, network: 'restricted' } as const,
])('in a policy that is $type there is nothing to shadow or change', (profile) => {
  const path = absolutePath('/repo/.git')
  expect(explain(resolvePolicy(profile, CONTEXT), path)).toEqual({
    path,
    access: 'write',
    decidedBy: { kind: 'unrestricted' },
    shadowed: [],
    changes: [],
  })
})

function short(rule: AccessReason): string {
  switch (rule.kind) {
    case 'no-entry':
    case 'unrestricted':
      return rule.kind
    case 'glob':
      return `glob ${rule.glob.pattern}`
    case 'entry':
      return `${rule.entry.access} ${rule.entry.path}`
    case 'protected-name':
      return `name ${rule.path}`
    case 'platform-default':
      return `default ${rule.path}`
  }
}
