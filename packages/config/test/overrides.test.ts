import { expect, test } from 'vitest'
import { devProfile, entriesOf, invalid, issuesOf, load } from './support.js'

const DEV = devProfile('filesystem."/a" = "read"\nfilesystem."/b" = { "." = "read", "c" = "deny" }')

function entriesWith(...overrides: string[]): string[] {
  return entriesOf(load(DEV, { overrides }).profile)
}

const WITHOUT_CHANGE = ['read /a', 'read /b', 'deny /b/c']

test('the document alone', () => {
  expect(entriesWith()).toEqual(WITHOUT_CHANGE)
})

test.each([
  {
    override: 'permissions.dev.filesystem."/a"="write"',
    entries: ['write /a', 'read /b', 'deny /b/c'],
  },
  { override: "permissions.dev.filesystem.'/a'=write", entries: ['write /a', 'read /b', 'deny /b/c'] },
  {
    override: ' permissions . dev . filesystem . "/a" = "write" # why',
    entries: ['write /a', 'read /b', 'deny /b/c'],
  },
  {
    override: 'permissions.dev.filesystem."/a=b"="write"',
    entries: ['read /a', 'write /a=b', 'read /b', 'deny /b/c'],
  },
  {
    override: String.raw`permissions.dev.filesystem."/a\"="="write"`,
    entries: ['read /a', 'write /a"=', 'read /b', 'deny /b/c'],
  },
  { override: 'permissions.dev.filesystem."/b".c=read', entries: ['read /a', 'read /b', 'read /b/c'] },
  { override: 'permissions.dev.filesystem."/b"=write', entries: ['read /a', 'write /b'] },
  { override: 'permissions.dev.filesystem={"/x"="read"}', entries: ['read /x'] },
  { override: 'permissions={dev={filesystem={"/x"="read"}}}', entries: ['read /x'] },
])('-c $override', ({ override, entries }) => {
  expect(entriesWith(override)).toEqual(entries)
})

test('the later of two overrides wins', () => {
  const key = 'permissions.dev.filesystem."/a"'
  expect(entriesWith(`${key}=write`, `${key}=deny`)[0]).toBe('deny /a')
  expect(entriesWith(`${key}=deny`, `${key}=write`)[0]).toBe('write /a')
})

test('overrides alone define a profile', () => {
  const overrides = ['default_permissions=x', 'permissions.x.filesystem.":root"=read']
  const { profileName, profile } = load('', { overrides })
  expect([profileName, ...entriesOf(profile)]).toEqual(['x', 'read :root'])
})

test('a list over several lines is TOML', () => {
  const { profile } = load('', { overrides: ['sandbox_workspace_write.writable_roots=[\n"/x",\n"/y"\n]'] })
  expect(entriesOf(profile)).toEqual(expect.arrayContaining(['write /x', 'write /y']))
})

test.each([
  { override: '', message: 'must be of the form key=value' },
  { override: 'sandbox_mode', message: 'must be of the form key=value' },
  { override: '"a=b', message: 'must be of the form key=value' },
  { override: '=x', message: expect.stringMatching(/^the key is no key of TOML/) },
  { override: 'a..b=x', message: expect.stringMatching(/^the key is no key of TOML/) },
  { override: '[features]\nx=1', message: expect.stringMatching(/^the key is no key of TOML/) },
  {
    override: 'permissions.dev.filesystem./a=write',
    message: expect.stringMatching(/^the key is no key of TOML, where a part such as "\/repo" needs quotes/),
  },
])('-c %o is refused: $override', ({ override, message }) => {
  const issues = issuesOf(DEV, { overrides: [override] })
  expect(issues).toEqual([{ path: [], message: expect.any(String) }])
  expect(issues[0]?.message.endsWith(` (in -c ${override})`)).toBe(true)
  expect(issues[0]?.message).toEqual(
    message === 'must be of the form key=value' ? `${message} (in -c ${override})` : message,
  )
})

test.each([
  {
    override: 'sandbox_mode=full',
    path: ['sandbox_mode'],
    message:
      'must be one of "read-only", "workspace-write", "danger-full-access", not "full" (in -c sandbox_mode=full)',
  },
  {
    override: 'sandbox_mod=full',
    path: ['sandbox_mod'],
    message: 'is unknown; did you mean sandbox_mode? (in -c sandbox_mod=full)',
  },
  {
    override: 'features={use_legacy=true}',
    path: ['features', 'use_legacy'],
    message: 'is unknown; known are use_legacy_landlock, network_proxy (in -c features={use_legacy=true})',
  },
  {
    override: 'sandbox_workspace_write.writable_roots=["/a", 1]',
    path: ['sandbox_workspace_write', 'writable_roots', 1],
    message: 'must be a string, not 1 (in -c sandbox_workspace_write.writable_roots=["/a", 1])',
  },
  {
    override: 'permissions.dev.network.enabled=yes',
    path: ['permissions', 'dev', 'network', 'enabled'],
    message: 'must be true or false, not "yes" (in -c permissions.dev.network.enabled=yes)',
  },
  {
    override: 'use_legacy_landlock=1',
    path: ['use_legacy_landlock'],
    message: 'must be true or false, not 1 (in -c use_legacy_landlock=1)',
  },
  {
    override: 'permissions.dev.filesystem."/a/"="write"',
    path: ['permissions', 'dev', 'filesystem', '/a/'],
    message: '/a is given twice, here and at line 3 (in -c permissions.dev.filesystem."/a/"="write")',
  },
  {
    override: 'permissions.dev.filesystem."/a"."b"="write"',
    path: ['permissions', 'dev', 'filesystem', '/a'],
    message:
      'is "read" already, so that no key can be set in it (in -c permissions.dev.filesystem."/a"."b"="write")',
  },
])('a mistake in -c $override names it', ({ override, path, message }) => {
  const error = invalid(() => load(DEV, { overrides: [override] }))
  expect(error.issues).toEqual([{ path, message }])
  expect(error.message).toMatch(/^the configuration is not valid: /)
})
