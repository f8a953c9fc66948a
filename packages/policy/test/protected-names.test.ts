import { expect, test } from 'vitest'
import {
  absolutePath,
  accessOf,
  PROTECTED_NAMES,
  protectedNames,
  resolvePolicy,
  workspaceWrite,
} from '../src/index.js'

test('the longer list begins with the default one, names everything once and gives a reason for each', () => {
  const names = protectedNames('extended-2026')
  expect(names.slice(0, PROTECTED_NAMES.length)).toEqual(PROTECTED_NAMES)
  expect(new Set(names.map(({ name }) => name)).size).toBe(names.length)
  expect(names.filter(({ name, reason }) => name.includes('/') || reason === '')).toEqual([])
})

test('only the default names are kept from being created', () => {
  const others = protectedNames('extended-2026').filter(({ onlyIfPresent }) => onlyIfPresent !== true)
  expect(others).toEqual(PROTECTED_NAMES)
})

test.each([
  { list: undefined, access: 'write' },
  { list: 'default', access: 'write' },
  { list: 'extended-2026', access: 'read' },
] as const)('with the list $list a command may $access .vscode', ({ list, access }) => {
  const policy = resolvePolicy(workspaceWrite({ root: '/w' }), {
    cwd: absolutePath('/w'),
    protectedNames: list,
  })
  expect(accessOf(policy, absolutePath('/w/.vscode/tasks.json')).access).toBe(access)
})
