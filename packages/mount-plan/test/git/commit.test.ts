import { absolutePath, type Access } from '@linux-sandbox/policy'
import { describe, expect, test } from 'vitest'
import type { DiskContent } from '../memory-disk.ts'
import { FULL, gitDirectory, NOTHING, outcome, withGitRules, type Grants, type Row } from './git-rules.ts'

const WORKTREE: DiskContent = {
  '/w/.git': { text: 'gitdir: /m/.git/worktrees/w\n' },
  '/m/.git/worktrees/w/commondir': { text: '../..\n' },
  '/m/.git/worktrees/w/config.worktree': { text: 'x' },
  '/m/.git/commondir': { text: '.\n#' },
  '/m/.git/modules/x': 'file',
  ...gitDirectory('/m/.git'),
}

const FROZEN = ['branches', 'commondir', 'config', 'config.worktree', 'hooks', 'modules', 'remotes']

/** What a whole repository in /w becomes. */
const CONFINED = [
  'write+ /w/.git',
  'read /w/commondir',
  'read /w/objects',
  ...FROZEN.map((name) => `read /w/.git/${name}`),
]

describe('with gitWrites: commit', () => {
  test.each([
    {
      why: 'what executes stays read-only, and .git is held in place',
      content: FULL,
      expected: {
        rules: CONFINED,
      },
    },
    {
      why: 'what is missing is stood in for by what git takes for nothing',
      content: { '/w/.git/HEAD': 'file', '/w/.git/objects/a': 'file', '/w/.git/refs/a': 'file' },
      expected: {
        rules: [
          'write+ /w/.git',
          'read /w/commondir',
          'read /w/refs',
          ...FROZEN.map((name) => `read /w/.git/${name}`),
        ],
        placeholders: [
          '/w/commondir/',
          '/w/refs/',
          '/w/.git/branches/',
          '/w/.git/commondir ".\\n"',
          '/w/.git/config ""',
          '/w/.git/config.worktree ""',
          '/w/.git/hooks/',
          '/w/.git/modules/',
          '/w/.git/remotes/',
        ],
      },
    },
    {
      why: 'attributes and alternates that exist are read-only, their directories held in place',
      content: { ...FULL, '/w/.git/info/attributes': 'file', '/w/.git/objects/info/alternates': 'file' },
      expected: {
        rules: [
          'write+ /w/.git',
          'read /w/commondir',
          'read /w/objects',
          ...[...FROZEN.slice(0, 5)].map((name) => `read /w/.git/${name}`),
          'write+ /w/.git/info',
          'read /w/.git/modules',
          'write+ /w/.git/objects',
          'read /w/.git/remotes',
          'read /w/.git/info/attributes',
          'write+ /w/.git/objects/info',
          'read /w/.git/objects/info/alternates',
        ],
      },
    },
    {
      why: 'submodules are opened one by one, or a new one could be prepared',
      content: {
        ...FULL,
        ...gitDirectory('/w/.git/modules/a/b'),
        '/w/.git/modules/a/b/commondir': { text: '.' },
        '/w/.git/modules/a/b/modules/c': 'file',
      },
      expected: {
        rules: [
          ...CONFINED,
          'write /w/.git/modules/a/b',
          ...FROZEN.map((name) => `read /w/.git/modules/a/b/${name}`),
        ],
      },
    },
    {
      why: 'a read entry at .git, as the presets have it, is lifted',
      content: FULL,
      grants: { '/': 'read', '/w': 'write', '/w/.git': 'read' },
      expected: {
        rules: CONFINED,
      },
    },
    {
      why: 'what the policy says in a git directory stands',
      content: FULL,
      grants: {
        '/': 'read',
        '/w': 'write',
        '/w/.git/refs': 'deny',
        '/w/.git/objects': 'read',
        '/w/.git/config': 'write',
        '/w/.git/hooks': 'deny',
      },
      expected: {
        rules: [
          'write+ /w/.git',
          'read /w/commondir',
          'read /w/objects',
          ...FROZEN.filter((name) => name !== 'config' && name !== 'hooks').map(
            (name) => `read /w/.git/${name}`,
          ),
        ],
      },
    },
    {
      why: 'the placeholders of another sandbox are asked for again',
      content: {
        ...FULL,
        '/w/.git/commondir': { text: '.\n' },
        '/w/.git/config.worktree': { text: '' },
      },
      expected: {
        rules: CONFINED,
        placeholders: ['/w/.git/commondir ".\\n"', '/w/.git/config.worktree ""'],
      },
    },
    {
      why: 'a denial is not',
      content: FULL,
      grants: { '/': 'read', '/w': 'write', '/w/.git': 'deny' },
      expected: { rules: [] },
    },
    {
      why: 'the repository of a linked worktree that leads back',
      content: { ...WORKTREE, '/m/.git/worktrees/w/gitdir': { text: '/w/.git\n' } },
      expected: {
        rules: [
          'read /w/.git',
          'write /m/.git',
          ...FROZEN.map((name) => `read /m/.git/${name}`),
          'write+ /m/.git/worktrees',
          'write+ /m/.git/worktrees/w',
          'read /m/.git/worktrees/w/commondir',
          'read /m/.git/worktrees/w/config.worktree',
          'read /m/.git/worktrees/w/gitdir',
        ],
      },
    },
    {
      why: 'not one that leads elsewhere',
      content: { ...WORKTREE, '/m/.git/worktrees/w/gitdir': { text: '/x/.git\n' }, '/x/.git': 'file' },
      expected: { rules: ['read /w/.git'], notes: ['git-not-writable /w/.git'] },
    },
    {
      why: 'nor one that a directory of the workspace calls its common one',
      content: {
        ...gitDirectory('/w/.git'),
        '/w/.git/commondir': { text: '/m/.git' },
        ...gitDirectory('/m/.git'),
      },
      expected: { rules: ['read /w/.git'], notes: ['git-not-writable /w/.git'] },
    },
    {
      why: 'a repository with a link in the place of hooks stays read-only',
      content: { ...gitDirectory('/w/.git'), '/w/.git/hooks': { to: '../my' }, '/w/my/a': 'file' },
      expected: { rules: ['read /w/.git', 'read /w/my'], notes: ['git-not-writable /w/.git'] },
    },
  ] satisfies Row[])('$why', ({ content, expected, ...options }) => {
    const { rules, ...rest } = outcome(content, { ...options, gitWrites: 'commit' })
    const { rules: expectedRules, ...expectedRest } = { ...NOTHING, ...expected }
    expect(rest).toEqual(expectedRest)
    expect(rules.toSorted()).toEqual(expectedRules.toSorted())
  })
})

test.each([
  { why: 'a protected .git', content: FULL, access: ['write', 'read'] },
  {
    why: 'the repository of a linked worktree that leads back',
    content: { ...WORKTREE, '/m/.git/worktrees/w/gitdir': { text: '/w/.git\n' } },
    access: ['write', 'write'],
  },
  { why: 'not one that does not', content: WORKTREE, access: ['write', 'read'] },
] satisfies { why: string; content: DiskContent; access: Access[] }[])(
  'gitWrites: all opens $why',
  ({ content, access }) => {
    const grants: Grants = { '/': 'read', '/w': 'write', '/w/.git': 'read' }
    const { rules } = withGitRules(content, { gitWrites: 'all', grants })
    expect(['/w/.git', '/m/.git'].map((path) => rules.accessAt(absolutePath(path)))).toEqual(access)
  },
)

test('without placeholders, what the command can create is told', () => {
  const content = { ...gitDirectory('/w/.git'), '/w/.git/modules/a': 'file', '/w/refs': 'file' } as const
  const { placeholders, notes } = outcome(content, { gitWrites: 'commit', areMade: false })
  expect(placeholders).toEqual([])
  expect(notes).toEqual(['git-not-protected /w/.git/commondir', 'git-not-protected /w/commondir'])
})

test('without placeholders a git directory in which nothing is frozen stays where it is', () => {
  const content = {
    '/w/.git/HEAD': 'file',
    '/w/.git/objects/a': 'file',
    '/w/.git/refs/a': 'file',
    '/w/commondir': 'file',
    '/w/refs': 'file',
  } as const
  const { rules } = outcome(content, { gitWrites: 'commit', areMade: false })
  expect(rules).toEqual(['write+ /w/.git', 'read /w/commondir', 'read /w/refs'])
})

test('where the command can make a .git, nothing is said about the rest of a repository', () => {
  expect(outcome({ '/w/a': 'file' }, { gitWrites: 'commit', areMade: false })).toEqual(NOTHING)
})
