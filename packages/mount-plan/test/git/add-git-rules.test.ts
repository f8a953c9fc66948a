import { absolutePath, type Access } from '@linux-sandbox/policy'
import { describe, expect, test } from 'vitest'
import { addGitRules, type GitWrites } from '../../src/git/add-git-rules.ts'
import type { ScanLimits } from '../../src/git/scan.ts'
import { RuleSet } from '../../src/rules.ts'
import { memoryDisk, type DiskContent } from '../memory-disk.ts'

type Grants = Readonly<Record<string, Access>>

const NAMES = [
  'HEAD',
  'config',
  'hooks/a',
  'branches/a',
  'remotes/a',
  'config.worktree',
  'objects/a',
  'refs/a',
]

/** A git directory with all that a missing one would need a placeholder for, but for `commondir` and `modules`. */
function gitDirectory(path: string): DiskContent {
  return Object.fromEntries(NAMES.map((name) => [`${path}/${name}`, { text: 'x' }]))
}

const FULL: DiskContent = {
  ...gitDirectory('/w/.git'),
  '/w/.git/commondir': { text: '.\n#' },
  '/w/.git/modules/x/y': 'file',
  '/w/commondir': 'file',
  '/w/refs/x': 'file',
  '/w/objects': 'file',
}

interface Outcome {
  /** What was added or changed, `+` after an access for a place that is only held where it is. */
  readonly rules: readonly string[]
  readonly placeholders: readonly string[]
  readonly notes: readonly string[]
}

function outcome(
  content: DiskContent,
  {
    gitWrites = 'none',
    grants = { '/': 'read', '/w': 'write' },
    limits,
  }: {
    readonly gitWrites?: GitWrites
    readonly grants?: Grants
    readonly limits?: ScanLimits
  } = {},
): Outcome {
  const rules = new RuleSet()
  for (const [path, access] of Object.entries(grants)) {
    const origin = { index: 0, spelling: path }
    rules.add({ path: absolutePath(path), access, cause: { kind: 'entry', origin } })
  }
  const { notes, placeholders } = addGitRules(rules, {
    disk: memoryDisk(content),
    gitWrites,
    ...(limits && { limits }),
  })
  return {
    rules: rules
      .sorted()
      .filter(({ path, access, isPinned }) => grants[path] !== access || (isPinned === true && path !== '/w'))
      .map(({ path, access, inherited }) => `${access}${access === inherited ? '+' : ''} ${path}`),
    placeholders: placeholders.map(
      ({ path, content: text }) => `${path}${text === undefined ? '/' : ` ${JSON.stringify(text)}`}`,
    ),
    notes: notes.map(({ kind, path }) => `${kind} ${path}`),
  }
}

const NOTHING: Outcome = { rules: [], placeholders: [], notes: [] }

interface Row {
  readonly why: string
  readonly content: DiskContent
  readonly grants?: Grants
  readonly expected: Partial<Outcome>
}

describe('with gitWrites: none', () => {
  test.each([
    {
      why: 'a git directory, as a whole',
      content: gitDirectory('/w/.git'),
      expected: { rules: ['read /w/.git'] },
    },
    {
      why: 'a nested one, and the directories above it are held in place',
      content: { ...gitDirectory('/w/.git'), ...gitDirectory('/w/a/b/.git') },
      expected: { rules: ['read /w/.git', 'write+ /w/a', 'write+ /w/a/b', 'read /w/a/b/.git'] },
    },
    {
      why: 'a pointer file, and what it leads to in the workspace',
      content: { '/w/.git': { text: 'gitdir: store\n' }, ...gitDirectory('/w/store') },
      expected: { rules: ['read /w/.git', 'read /w/store'] },
    },
    {
      why: 'a linked worktree whose repository is not writable anyway',
      content: {
        '/w/.git': { text: 'gitdir: /m/.git/worktrees/w\n' },
        '/m/.git/worktrees/w/commondir': { text: '../..\n' },
        ...gitDirectory('/m/.git'),
      },
      expected: { rules: ['read /w/.git'] },
    },
    {
      why: 'the common directory of a linked worktree, one hop on',
      content: {
        '/w/a/.git': { text: 'gitdir: ../one\n' },
        '/w/one/commondir': { text: '../two\n' },
        '/w/one/HEAD': 'file',
        ...gitDirectory('/w/two'),
        ...gitDirectory('/w/.git'),
      },
      expected: { rules: ['read /w/.git', 'write+ /w/a', 'read /w/one', 'read /w/two', 'read /w/a/.git'] },
    },
    {
      why: 'what a nested link leads to; the link itself is told',
      content: { ...gitDirectory('/w/.git'), '/w/a/.git': { to: '../store' }, ...gitDirectory('/w/store') },
      expected: { rules: ['read /w/.git', 'read /w/store'], notes: ['git-not-protected /w/a/.git'] },
    },
    {
      why: 'a link to nothing, and a pointer to nothing',
      content: {
        ...gitDirectory('/w/.git'),
        '/w/a/.git': { to: 'no' },
        '/w/b/.git': { text: 'gitdir: no\n' },
      },
      expected: {
        rules: ['read /w/.git', 'write+ /w/b', 'read /w/b/.git'],
        notes: ['git-not-protected /w/a/.git'],
      },
    },
    {
      why: 'a bare repository below',
      content: { ...gitDirectory('/w/.git'), ...gitDirectory('/w/a.git') },
      expected: { rules: ['read /w/.git', 'read /w/a.git'] },
    },
    {
      why: 'the workspace is a bare repository: only what executes',
      content: gitDirectory('/w'),
      expected: {
        rules: [
          'read /w/branches',
          'read /w/commondir',
          'read /w/config',
          'read /w/config.worktree',
          'read /w/hooks',
          'read /w/modules',
          'read /w/remotes',
        ],
        placeholders: ['/w/modules/', '/w/commondir ".\\n"'],
      },
    },
    {
      why: 'a workspace without a repository cannot become a bare one',
      content: { '/w/a': 'file' },
      expected: { rules: ['read /w/commondir', 'read /w/refs'], placeholders: ['/w/refs/', '/w/commondir/'] },
    },
    {
      why: 'unless it has the directories of one already',
      content: { '/w/refs/a': 'file', '/w/objects/a': 'file' },
      expected: {
        rules: ['read /w/commondir'],
        placeholders: ['/w/commondir/'],
        notes: ['git-not-protected /w'],
      },
    },
    {
      why: 'a placeholder of another sandbox is asked for again',
      content: { '/w/commondir': 'directory', '/w/refs': 'directory' },
      expected: { rules: ['read /w/commondir', 'read /w/refs'], placeholders: ['/w/refs/', '/w/commondir/'] },
    },
    {
      why: 'hooks that are a link lead to a directory of the workspace',
      content: {
        ...gitDirectory('/w/.git'),
        '/w/.git/hooks': { to: '../my-hooks' },
        '/w/my-hooks/a': 'file',
      },
      expected: { rules: ['read /w/.git', 'read /w/my-hooks'] },
    },
    {
      why: 'what the configuration includes and executes',
      content: {
        ...gitDirectory('/w/.git'),
        '/w/.git/config': {
          text: '[include]\n path = ../shared # ours\n[core]\n hooksPath = "my hooks"\n[filter "x"]\n clean = tools/x -a\n[remote "o"]\n url = ../a\n',
        },
        '/w/shared': { text: '[includeIf "gitdir:/"]\npath = deeper\n[core]\n hooksPath = absent\n' },
        '/w/deeper': { text: '#' },
        '/w/my hooks/a': 'file',
        '/w/tools/x': 'file',
        '/w/a': 'file',
      },
      expected: {
        rules: [
          'read /w/.git',
          'read /w/absent',
          'read /w/deeper',
          'read /w/my hooks',
          'read /w/shared',
          'write+ /w/tools',
          'read /w/tools/x',
        ],
        placeholders: ['/w/absent/'],
      },
    },
    {
      why: 'hooks in the workspace itself cannot be protected without it',
      content: { ...gitDirectory('/w/.git'), '/w/.git/config': { text: '[core]\nhooksPath=.' } },
      expected: { rules: ['read /w/.git'], notes: ['git-not-protected /w'] },
    },
    {
      why: 'submodules that are not checked out',
      content: {
        ...gitDirectory('/w/.git'),
        '/w/.gitmodules': {
          text: '[submodule "a"]\npath = empty\n[submodule "b"]\npath = full\n[submodule "c"]\npath = ../x\n',
        },
        '/w/empty': 'directory',
        '/w/full/a': 'file',
        '/x': 'directory',
      },
      expected: { rules: ['read /w/.git', 'read /w/empty'] },
    },
    {
      why: 'a grant of the policy at a git directory stands',
      content: gitDirectory('/w/.git'),
      grants: { '/': 'read', '/w': 'write', '/w/.git': 'write' },
      expected: { rules: ['read /w/commondir', 'read /w/refs'], placeholders: ['/w/refs/', '/w/commondir/'] },
    },
    {
      why: 'a grant at the pointer file is one for the repository',
      content: {
        '/w/.git': { text: 'gitdir: /m/.git/worktrees/w\n' },
        '/m/.git/worktrees/w/commondir': { text: '../..\n' },
        '/m/.git/worktrees/w/gitdir': { text: '/w/.git\n' },
        ...gitDirectory('/m/.git'),
      },
      grants: { '/': 'read', '/w': 'write', '/w/.git': 'write' },
      expected: { rules: ['write /m/.git'] },
    },
    {
      why: 'a denial stands',
      content: gitDirectory('/w/.git'),
      grants: { '/': 'read', '/w': 'write', '/w/.git': 'deny' },
      expected: { rules: [] },
    },
  ] satisfies Row[])('$why', ({ content, expected, ...options }) => {
    expect(outcome(content, options)).toEqual({ ...NOTHING, ...expected })
  })
})

const WORKTREE: DiskContent = {
  '/w/.git': { text: 'gitdir: /m/.git/worktrees/w\n' },
  '/m/.git/worktrees/w/commondir': { text: '../..\n' },
  '/m/.git/worktrees/w/config.worktree': { text: 'x' },
  '/m/.git/commondir': { text: '.\n#' },
  '/m/.git/modules/x': 'file',
  ...gitDirectory('/m/.git'),
}

const FROZEN = ['branches', 'commondir', 'config', 'config.worktree', 'hooks', 'modules', 'remotes']

describe('with gitWrites: commit', () => {
  test.each([
    {
      why: 'what executes stays read-only, and .git is held in place',
      content: FULL,
      expected: {
        rules: [
          'write+ /w/.git',
          'read /w/commondir',
          'read /w/objects',
          ...FROZEN.map((name) => `read /w/.git/${name}`),
        ],
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
          '/w/refs/',
          '/w/commondir/',
          '/w/.git/hooks/',
          '/w/.git/config ""',
          '/w/.git/remotes/',
          '/w/.git/modules/',
          '/w/.git/branches/',
          '/w/.git/commondir ".\\n"',
          '/w/.git/config.worktree ""',
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
          'write+ /w/.git',
          'read /w/commondir',
          'read /w/objects',
          ...FROZEN.map((name) => `read /w/.git/${name}`),
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
        rules: [
          'write+ /w/.git',
          'read /w/commondir',
          'read /w/objects',
          ...FROZEN.map((name) => `read /w/.git/${name}`),
        ],
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
  { why: 'a protected .git', content: FULL, rules: ['write+ /w/.git'] },
  {
    why: 'the repository of a linked worktree that leads back',
    content: { ...WORKTREE, '/m/.git/worktrees/w/gitdir': { text: '/w/.git\n' } },
    rules: ['write /m/.git', 'write+ /w/.git'],
  },
  { why: 'not one that does not', content: WORKTREE, rules: ['write+ /w/.git'] },
] satisfies { why: string; content: DiskContent; rules: string[] }[])(
  'gitWrites: all opens $why',
  ({ content, rules }) => {
    const grants: Grants = { '/': 'read', '/w': 'write', '/w/.git': 'read' }
    expect(outcome(content, { gitWrites: 'all', grants })).toEqual({ ...NOTHING, rules })
  },
)

test.each([
  { limits: { directories: 2, depth: 9 }, missed: '/w/b', why: 'too many' },
  { limits: { directories: 9, depth: 1 }, missed: '/w/a/a', why: 'too deep' },
])('what is $why is told, and what was found is protected', ({ limits, missed }) => {
  const content = { ...gitDirectory('/w/.git'), '/w/a/a/.git': 'directory', '/w/b/x': 'file' } as const
  const { rules, notes } = outcome(content, { limits })
  expect(rules).toEqual(['read /w/.git'])
  expect(notes).toEqual([`git-scan-incomplete ${missed}`])
})

test('installed packages are searched last', () => {
  const content = {
    ...gitDirectory('/w/.git'),
    '/w/node_modules/a/.git': 'directory',
    '/w/b/c/.git': 'directory',
  } as const
  const { rules } = outcome(content, { limits: { directories: 4, depth: 9 } })
  expect(rules).toContain('read /w/b/c/.git')
})

test('what others have in a directory for temporary files is not searched', () => {
  const content = { '/tmp/a/.git': 'directory', '/tmp/w/b/.git': 'directory' } as const
  const { rules, notes } = outcome(content, { grants: { '/': 'read', '/tmp': 'write', '/tmp/w': 'write' } })
  expect(rules.filter((rule) => rule.endsWith('.git'))).toEqual(['read /tmp/w/b/.git'])
  expect(notes).toEqual(['git-scan-incomplete /tmp'])
})
