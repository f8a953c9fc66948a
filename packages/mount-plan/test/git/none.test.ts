import { describe, expect, test } from 'vitest'
import { gitDirectory, NOTHING, outcome, type Row } from './git-rules.ts'

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
        placeholders: ['/w/commondir ".\\n"', '/w/modules/'],
      },
    },
    {
      why: 'a workspace without a repository cannot become a bare one',
      content: { '/w/.git': 'directory' },
      expected: {
        rules: ['read /w/.git', 'read /w/HEAD'],
        placeholders: ['/w/HEAD/'],
      },
    },
    {
      why: 'where names of commits mean something, other names stand for that',
      content: { ...gitDirectory('/.git'), '/w/.git': 'directory' },
      expected: {
        rules: ['read /w/.git', 'read /w/commondir', 'read /w/refs'],
        placeholders: ['/w/commondir/', '/w/refs/'],
      },
    },
    {
      why: 'and where there is a file HEAD',
      content: { '/w/.git': 'directory', '/w/HEAD': 'file' },
      expected: {
        rules: ['read /w/.git', 'read /w/commondir', 'read /w/refs'],
        placeholders: ['/w/commondir/', '/w/refs/'],
      },
    },
    {
      why: 'unless it has the directories of one already',
      content: {
        ...gitDirectory('/.git'),
        ...{ '/w/.git': 'directory', '/w/refs/a': 'file', '/w/objects/a': 'file' },
      },
      expected: {
        rules: ['read /w/.git', 'read /w/commondir'],
        placeholders: ['/w/commondir/'],
        notes: ['git-not-protected /w'],
      },
    },
    {
      why: 'what is empty stays so',
      content: { '/w/.git': 'directory', '/w/HEAD/.gitignore': 'file' },
      expected: { rules: ['read /w/.git', 'read /w/HEAD'] },
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
      expected: { rules: ['read /w/.git', 'read /w/.gitmodules', 'read /w/empty'] },
    },
    {
      why: 'a grant of the policy at a git directory stands',
      content: gitDirectory('/w/.git'),
      grants: { '/': 'read', '/w': 'write', '/w/.git': 'write' },
      expected: {},
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
      why: 'a grant in a git directory stands',
      content: gitDirectory('/w/a/.git'),
      grants: { '/': 'read', '/w': 'write', '/w/.git': 'write', '/w/a/.git/refs': 'write' },
      expected: { rules: ['write+ /w/a', 'read /w/a/.git'] },
    },
    {
      why: 'what a found repository is needed for must not be gone',
      content: {
        '/w/.git': { text: 'gitdir: a/.git\n' },
        ...gitDirectory('/w/a/.git'),
        ...gitDirectory('/w/a/b/.git'),
      },
      expected: {
        rules: ['read /w/.git', 'write+ /w/a', 'read /w/a/.git', 'write+ /w/a/b', 'read /w/a/b/.git'],
      },
    },
    {
      why: 'nor what the configuration of another names in it',
      content: {
        ...gitDirectory('/w/.git'),
        ...gitDirectory('/w/a/.git'),
        ...gitDirectory('/w/b/.git'),
        '/w/b/.git/config': { text: '[core]\nhooksPath=../a/.git/hooks\n' },
      },
      expected: {
        rules: ['read /w/.git', 'write+ /w/a', 'write+ /w/b', 'read /w/a/.git', 'read /w/b/.git'],
      },
    },
    {
      why: 'hooks that are to come, with the way to them',
      content: {
        ...gitDirectory('/w/.git'),
        '/w/.git/config': { text: '[core]\nhooksPath=.husky/_\n' },
      },
      expected: {
        rules: ['read /w/.git', 'write+ /w/.husky', 'read /w/.husky/_'],
        placeholders: ['/w/.husky/', '/w/.husky/_/'],
      },
    },
    {
      why: 'what is reached by a link, and the link is told',
      content: {
        ...gitDirectory('/w/.git'),
        '/w/.git/config': { text: '[core]\nhooksPath=link/hooks\n[include]\npath=../round\n' },
        '/w/link': { to: 'real' },
        '/w/real/hooks/a': 'file',
        '/w/round': { to: 'round' },
      },
      expected: {
        rules: ['read /w/.git', 'write+ /w/real', 'read /w/real/hooks'],
        notes: ['git-not-protected /w/link', 'git-not-protected /w/round'],
      },
    },
    {
      why: 'nothing of the host in a place of the sandbox itself',
      content: {
        '/w/a/.git': { text: 'gitdir: /dev/x\n' },
        '/dev/x/commondir': { text: '/proc/y\n' },
        '/dev/x/HEAD': 'file',
        ...gitDirectory('/proc/y'),
      },
      grants: { '/': 'write', '/etc': 'read', '/.git': 'write' },
      expected: { rules: ['write+ /w', 'write+ /w/a', 'read /w/a/.git'] },
    },
    {
      why: 'nothing that is closed to the command: nothing can be mounted there, and it is told',
      content: {
        ...gitDirectory('/w/.git'),
        '/w/foreign': 'closed directory',
        ...gitDirectory('/w/foreign/a/.git'),
      },
      expected: { rules: ['read /w/.git'], notes: ['git-scan-incomplete /w/foreign/a'] },
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
