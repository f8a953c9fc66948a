import { expect, test } from 'vitest'
import { issuesOf, load } from './support.js'

test.each([
  { text: 'permissions = 1', path: ['permissions'], message: 'must be a table, not 1' },
  { text: '[[permissions.dev]]', path: ['permissions', 'dev'], message: 'must be a table, not an array' },
  { text: 'permissions.dev = "x"', path: ['permissions', 'dev'], message: 'must be a table, not "x"' },
  {
    text: 'permissions.dev.filesystem = 1',
    path: ['permissions', 'dev', 'filesystem'],
    message: 'must be a table, not 1',
  },
  {
    text: 'permissions.dev.description = 1',
    path: ['permissions', 'dev', 'description'],
    message: 'must be a string, not 1',
  },
  {
    text: 'permissions.dev.fielsystem = {}',
    path: ['permissions', 'dev', 'fielsystem'],
    message: 'is unknown; did you mean filesystem?',
  },
  {
    text: 'permissions.dev.workspace_roots."/a" = "yes"',
    path: ['permissions', 'dev', 'workspace_roots', '/a'],
    message: 'must be true or false, not "yes"',
  },
  {
    text: 'permissions.dev.workspace_roots.a = true',
    path: ['permissions', 'dev', 'workspace_roots', 'a'],
    message: 'must be an absolute path, ~, or a path that begins with ~/, not "a"',
  },
  {
    text: 'permissions.dev.network.enabled = "true"',
    path: ['permissions', 'dev', 'network', 'enabled'],
    message: 'must be true or false, not "true"',
  },
  {
    text: 'permissions.dev.network.enable = true',
    path: ['permissions', 'dev', 'network', 'enable'],
    message: 'is unknown; did you mean enabled?',
  },
  {
    text: 'permissions.":dev" = {}',
    path: ['permissions', ':dev'],
    message: 'names that begin with ":" are reserved for built-in profiles',
  },
  { text: 'permissions."" = {}', path: ['permissions', ''], message: 'a profile needs a name' },
  {
    text: String.raw`permissions."a\nb" = {}`,
    path: ['permissions', 'a\nb'],
    message: 'the name of a profile must not contain control characters',
  },
  {
    text: 'sandbox_mod = "read-only"',
    path: ['sandbox_mod'],
    message: 'is unknown; did you mean sandbox_mode?',
  },
  { text: '__proto__ = 1', path: ['__proto__'], message: expect.stringMatching(/^is unknown; known are/) },
  {
    text: 'sandbox_mode = "full"',
    path: ['sandbox_mode'],
    message: 'must be one of "read-only", "workspace-write", "danger-full-access", not "full"',
  },
  {
    text: 'sandbox_workspace_write.writable_root = []',
    path: ['sandbox_workspace_write', 'writable_root'],
    message: 'is unknown; did you mean writable_roots?',
  },
  {
    text: 'sandbox_workspace_write.writable_roots = "/a"',
    path: ['sandbox_workspace_write', 'writable_roots'],
    message: 'must be an array of paths, not "/a"',
  },
  {
    text: 'sandbox_workspace_write.writable_roots = ["/a", "b"]',
    path: ['sandbox_workspace_write', 'writable_roots', 1],
    message: 'must be an absolute path, ~, or a path that begins with ~/, not "b"',
  },
  {
    text: 'sandbox_workspace_write.network_access = 1',
    path: ['sandbox_workspace_write', 'network_access'],
    message: 'must be true or false, not 1',
  },
  { text: 'features = true', path: ['features'], message: 'must be a table, not true' },
  {
    text: 'features.use_legacy_landlok = true',
    path: ['features', 'use_legacy_landlok'],
    message: 'is unknown; did you mean use_legacy_landlock?',
  },
  {
    text: 'use_legacy_landlock = "true"',
    path: ['use_legacy_landlock'],
    message: 'must be true or false, not "true"',
  },
  { text: 'default_permissions = 1', path: ['default_permissions'], message: 'must be a string, not 1' },
  {
    text: 'default_permissions = ":danger-no-sandbox"',
    path: ['default_permissions'],
    message:
      '":danger-no-sandbox" is no built-in profile; those are :read-only, :workspace, :danger-full-access',
  },
  {
    text: 'permissions.develop = {}\ndefault_permissions = "develp"',
    path: ['default_permissions'],
    message: '"develp" is unknown; did you mean develop?',
  },
])('$text', ({ text, path, message }) => {
  const issues = issuesOf(text)
  expect(issues).toEqual([{ path, message, line: expect.any(Number), column: expect.any(Number) }])
})

test.each([
  { key: 'enable_socks5_udp = true', why: 'the proxy does not pass UDP on' },
  { key: 'allow_upstream_proxy = true', why: 'the proxy connects by itself' },
  {
    key: 'dangerously_allow_non_loopback_proxy = true',
    why: 'commands are led to proxies on loopback only',
  },
  { key: 'unix_sockets = { "/run/x" = "allow" }', why: 'the paths of sockets cannot be told apart; ' },
  { key: 'allow_local_binding = true', why: 'a command can always listen on its own loopback; ' },
  { key: 'mitm = {}', why: 'the proxy does not look into encrypted connections' },
])('$key is not supported', ({ key, why }) => {
  const issues = issuesOf(`[permissions.dev.network]\nenabled = true\n${key}`)
  expect(issues).toEqual([
    expect.objectContaining({
      line: 3,
      column: 1,
      message: expect.stringContaining(`is not supported: ${why}`),
    }),
  ])
})

test.each([
  { key: 'mode = "some"', message: 'must be one of "full", "limited", not "some"' },
  { key: 'domains = ["a.example"]', message: 'must be a table, not an array' },
  { key: 'domains = { "a.example" = "none" }', message: 'must be one of "allow", "deny", not "none"' },
  {
    key: 'domains = { "a.example" = "allow", "A.example" = "deny" }',
    message: 'a.example is given twice, here and at line 2',
  },
  { key: 'enable_socks5 = "yes"', message: 'must be true or false, not "yes"' },
  {
    key: 'proxy_url = "http://me:secret@proxy.example:3128"',
    message: 'is no proxy that a command can be led to: its host proxy.example is not on loopback',
  },
  {
    key: 'socks_url = "socks5h://10.0.0.1"',
    message: 'is no proxy that a command can be led to: its host 10.0.0.1 is not on loopback',
  },
  { key: 'proxy_url = "http://[::1]:3128"\nmode = "limited"', message: /^contradicts domains, mode and/ },
])('$key: $message', ({ key, message }) => {
  const expected: unknown = typeof message === 'string' ? message : expect.stringMatching(message)
  expect(issuesOf(`[permissions.dev.network]\n${key}`)).toEqual([
    expect.objectContaining({ line: 2, message: expected }),
  ])
})

test('the proxy cannot be switched off by a feature, which can be named', () => {
  expect(issuesOf('features.network_proxy = false')).toEqual([
    expect.objectContaining({
      path: ['features', 'network_proxy'],
      message: expect.stringMatching(/^cannot be switched off: /),
    }),
  ])
  expect(load('features.network_proxy = true')).toEqual(load(''))
})
