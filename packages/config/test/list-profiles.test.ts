import { BUILTIN_PROFILE_NAMES } from '@linux-sandbox/policy'
import { expect, test } from 'vitest'
import { listProfiles } from '../src/index.js'
import { invalid } from './support.js'

function names(text: string, overrides: readonly string[] = []): string[] {
  return listProfiles({ document: { name: 'config.toml', text }, overrides }).map(({ name }) => name)
}

test('the profiles of the configuration come first, then the built-in ones', () => {
  expect(names('[permissions.b]\n[permissions.a]', ['permissions.c={}'])).toEqual([
    'b',
    'a',
    'c',
    ...BUILTIN_PROFILE_NAMES,
  ])
  expect(listProfiles({}).map(({ name }) => name)).toEqual(BUILTIN_PROFILE_NAMES)
})

test('each comes with its description', () => {
  const text = 'permissions.a.description = "for tests"\npermissions.b = {}'
  const [a, b, readOnly] = listProfiles({ document: { name: 'config.toml', text } })
  expect(a).toEqual({ name: 'a', description: 'for tests', isBuiltin: false })
  expect(b).toEqual({ name: 'b', isBuiltin: false })
  expect(readOnly).toEqual({ name: ':read-only', description: expect.any(String), isBuiltin: true })
})

test('mistakes inside profiles do not matter, names that cannot be used are left out', () => {
  expect(names('sandbox_mod = 1\n[permissions]\n":a" = {}\nb = 1\nc = { x = 1, description = 2 }')).toEqual([
    'c',
    ...BUILTIN_PROFILE_NAMES,
  ])
})

test('what is no TOML is refused', () => {
  expect(invalid(() => names('[permissions')).issues).toHaveLength(1)
  expect(invalid(() => names('', ['x'])).issues).toHaveLength(1)
})
