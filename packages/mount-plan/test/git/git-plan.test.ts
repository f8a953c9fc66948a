import { absolutePath, resolvePolicy } from '@linux-sandbox/policy'
import { expect, test } from 'vitest'
import { planMounts, type PlanOptions } from '../../src/index.ts'
import { memoryDisk, type DiskContent } from '../memory-disk.ts'
import { BASE, lines, profile, type Grants } from '../plan-lines.ts'
import { FULL, gitDirectory } from './git-rules.ts'

const NAMES: DiskContent = { '/w/.codex': 'file', '/w/.agents': 'file', '/w/.aws': 'file' }
const NAME_MOUNTS = ['read /w/.agents', 'read /w/.aws', 'read /w/.codex']

function planned(grants: Grants, content: DiskContent, options: PlanOptions = {}) {
  const policy = resolvePolicy(profile(grants), { cwd: absolutePath('/w') })
  return planMounts(policy, memoryDisk({ ...NAMES, ...content }), { placeholders: 'make', ...options })
}

test('what a search finds is held, with the directories above it', () => {
  const content = { ...gitDirectory('/w/.git'), ...gitDirectory('/w/a/.git') }
  const { operations } = planned({ '/': 'read', '/w': 'write' }, content)
  expect(lines(operations)).toEqual([
    ...BASE,
    'write /w',
    ...NAME_MOUNTS,
    'read /w/.git',
    'write /w/a',
    'read /w/a/.git',
  ])
})

test('gitWrites: commit opens the protected .git, which stays where it is', () => {
  const { operations, notes } = planned({ '/': 'read', '/w': 'write' }, FULL, { gitWrites: 'commit' })
  expect(lines(operations)).toEqual([
    ...BASE,
    'write /w',
    ...['.agents', '.aws', '.codex'].map((name) => `read /w/${name}`),
    'write /w/.git',
    'read /w/commondir',
    'read /w/objects',
    ...['branches', 'commondir', 'config', 'config.worktree', 'hooks', 'modules', 'remotes'].map(
      (name) => `read /w/.git/${name}`,
    ),
  ])
  expect(notes).toEqual([])
})

test('gitWrites: all protects the other names only', () => {
  const { operations } = planned({ '/': 'read', '/w': 'write' }, FULL, { gitWrites: 'all' })
  expect(lines(operations)).toEqual([...BASE, 'write /w', ...NAME_MOUNTS])
})

test('a missing .git is a placeholder, and so is what would make a bare repository of the directory', () => {
  const { placeholders } = planned({ '/': 'read', '/w': 'write' }, {}, { gitWrites: 'commit' })
  expect(placeholders.map(({ path }) => path)).toEqual(['/w/.git', '/w/HEAD'])
})

test('who is granted a missing .git may make a repository', () => {
  const { placeholders } = planned({ '/': 'read', '/w': 'write', '/w/.git': 'write' }, {})
  expect(placeholders).toEqual([])
})

test('in a private /tmp there is no repository of the host', () => {
  const content: DiskContent = {
    ...gitDirectory('/tmp/a/.git'),
    '/w/.git': { text: 'gitdir: /tmp/b/worktrees/w\n' },
    '/tmp/b/worktrees/w/commondir': { text: '../..\n' },
    '/tmp/b/worktrees/w/gitdir': { text: '/w/.git\n' },
    ...gitDirectory('/tmp/b'),
  }
  const { operations } = planned({ '/': 'read', '/w': 'write', '/tmp': 'write' }, content, {
    privateTmp: true,
    gitWrites: 'commit',
  })
  expect(lines(operations)).toEqual([...BASE, 'tmpfs /tmp 1777', 'write /w', ...NAME_MOUNTS, 'read /w/.git'])
})

test('a glob denies what it matches in a git directory, whatever git needs there', () => {
  const policy = resolvePolicy(
    {
      type: 'managed',
      file_system: {
        type: 'restricted',
        entries: [
          { path: { type: 'path', path: absolutePath('/') }, access: 'read' },
          { path: { type: 'path', path: absolutePath('/w') }, access: 'write' },
          { path: { type: 'glob_pattern', pattern: '/w/**/config' }, access: 'deny' },
        ],
      },
      network: 'restricted',
    },
    { cwd: absolutePath('/w') },
  )
  const { operations } = planMounts(policy, memoryDisk({ ...NAMES, ...FULL }), { gitWrites: 'commit' })
  expect(lines(operations).filter((line) => line.endsWith('/config'))).toEqual(['mask /w/.git/config'])
})
