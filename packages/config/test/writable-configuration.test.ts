import {
  absolutePath,
  builtinProfile,
  parseProfile,
  resolvePolicy,
  type PermissionProfile,
} from '@linux-sandbox/policy'
import { expect, test } from 'vitest'
import { writableConfiguration } from '../src/index.js'
import { devProfile, load } from './support.js'

const FILE = '/home/me/.config/linux-sandbox/config.toml'

function granting(profile: PermissionProfile, cwd = '/repo', file = FILE): string | undefined {
  const policy = resolvePolicy(profile, { cwd: absolutePath(cwd), tmpdir: '/home/me/tmp' })
  return writableConfiguration(policy, absolutePath(file))?.origin.spelling
}

function profileWith(fileSystem: string): PermissionProfile {
  return load(devProfile(`filesystem = { ${fileSystem} }`)).profile
}

test.each([
  { cwd: '/repo', file: FILE, by: undefined },
  { cwd: '/home/me/.config/linux-sandbox', file: FILE, by: ':workspace_roots' },
  { cwd: '/home/me', file: FILE, by: ':workspace_roots' },
  { cwd: '/', file: FILE, by: ':workspace_roots' },
  { cwd: '/home/me/.config/linux-sandbox/x', file: FILE, by: undefined },
  { cwd: '/home/me/.config/linux', file: FILE, by: undefined },
  { cwd: '/repo', file: '/repo/.codex/config.toml', by: ':workspace_roots' },
  { cwd: '/repo', file: '/tmp/config.toml', by: ':slash_tmp' },
  { cwd: '/repo', file: '/home/me/tmp/config.toml', by: ':tmpdir' },
])('in $cwd, :workspace lets a command write $file by $by', ({ cwd, file, by }) => {
  expect(granting(builtinProfile(':workspace'), cwd, file)).toBe(by)
})

test.each([
  { fileSystem: `"/" = "read", "${FILE}" = "write"`, by: FILE },
  { fileSystem: '"/" = "read", "/home/me/.config" = "write"', by: '/home/me/.config' },
  { fileSystem: '"/" = "write"', by: '/' },
  { fileSystem: '":root" = "write"', by: ':root' },
  { fileSystem: '"/" = "read", "/home/me/.config/linux-sandbox/cache" = "write"', by: undefined },
  { fileSystem: '"/" = "write", "/home" = "read"', by: '/' },
])('{ $fileSystem } lets it by $by', ({ fileSystem, by }) => {
  expect(granting(profileWith(fileSystem))).toBe(by)
})

test.each([`"${FILE}" = "read"`, '"/home/me/.config/linux-sandbox" = "deny"', '"/home/**/*.toml" = "deny"'])(
  'a directory above it that can be written is enough, although %s',
  (narrower) => {
    expect(granting(profileWith(`"/home/me" = "write", ${narrower}`))).toBe('/home/me')
  },
)

test('policies that do not restrict paths are not asked', () => {
  expect(granting(builtinProfile(':danger-full-access'))).toBeUndefined()
  expect(granting(parseProfile('{"type":"external","network":"enabled"}'))).toBeUndefined()
})
