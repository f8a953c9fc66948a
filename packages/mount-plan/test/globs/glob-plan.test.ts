import { absolutePath, parseProfile, resolvePolicy } from '@linux-sandbox/policy'
import { expect, test } from 'vitest'
import { planMounts, type PlanOptions } from '../../src/index.ts'
import { memoryDisk, type DiskContent } from '../memory-disk.ts'

const path = (text: string, access: string) => ({ path: { type: 'path', path: text }, access })
const glob = (pattern: string) => ({ path: { type: 'glob_pattern', pattern }, access: 'deny' })

/** What is done in `/w`. */
function operationsInWorkspace(
  entries: readonly object[],
  content: DiskContent,
  options?: PlanOptions,
): string[] {
  const profile = { type: 'managed', file_system: { type: 'restricted', entries }, network: 'restricted' }
  const policy = resolvePolicy(parseProfile(JSON.stringify(profile)), { cwd: absolutePath('/w') })
  return planMounts(policy, memoryDisk(content), options).operations.flatMap((one) =>
    'target' in one && one.target.startsWith('/w') ? [`${one.type} ${one.target}`] : [],
  )
}

test('what a glob matches is masked, whatever is granted or protected there', () => {
  const entries = [
    ...[path('/', 'read'), path('/w', 'write'), path('/w/a.env/sub', 'write')],
    ...[glob('/w/**/*.env'), glob('/w/.git/hooks')],
  ]
  const content = { '/w/a.env/sub/.git/x': 'file', '/w/.git/hooks/y': 'file', '/w/b/.env': 'file' } as const
  expect(operationsInWorkspace(entries, content)).toEqual([
    'bind /w',
    'bind /w/.git',
    'mask-directory /w/a.env',
    'bind /w/b', // so that it cannot be moved aside with what is denied in it
    'mask-directory /w/.git/hooks',
    'mask-file /w/b/.env',
    'remount-read-only /w/.git/hooks',
    'remount-read-only /w/a.env',
  ])
})

test.each(['/w/.git', '/w/*.git', '/w/{.git,x}'])('the glob %s does not match a placeholder', (pattern) => {
  const names = { '/w/.agents': 'directory', '/w/.aws': 'directory', '/w/.codex': 'directory' } as const
  const entries = [path('/', 'read'), path('/w', 'write'), glob(pattern)]
  expect(operationsInWorkspace(entries, names, { placeholders: 'make' })).toContain('bind /w/.git')
})

test('a policy with a glob restricts writing, so names are protected in what else it lets the command write', () => {
  const content = { '/w/.git': 'directory', '/w/x': 'file' } as const
  const everything = [path('/', 'write'), path('/w', 'write')]
  expect(operationsInWorkspace([...everything, glob('/w/*.env')], content)).toEqual([
    'bind /w',
    'bind /w/.git',
  ])
  expect(operationsInWorkspace(everything, content)).toEqual([])
})

test('a link to what a glob denies is not put in the place of a denied directory', () => {
  const content = { '/w/links/a': { to: '/data/a' }, '/data/a': 'file' } as const
  const entries = [path('/', 'read'), path('/w', 'deny'), path('/w/links/a', 'read')]
  expect(operationsInWorkspace(entries, content)).toContain('symlink /w/links/a')
  expect(operationsInWorkspace([...entries, glob('/data/*')], content)).not.toContain('symlink /w/links/a')
})
