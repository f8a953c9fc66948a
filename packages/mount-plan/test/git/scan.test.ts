import { expect, test } from 'vitest'
import { gitDirectory, outcome } from './git-rules.ts'

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
