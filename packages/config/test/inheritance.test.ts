import { absolutePath, accessOf, resolvePolicy } from '@linux-sandbox/policy'
import { expect, test } from 'vitest'
import { CWD, entriesOf, issuesOf, load } from './support.js'

function dev(text: string, cwd = CWD): ReturnType<typeof load> {
  return load(text, { profile: 'dev', cwd })
}

const ISSUE = { line: expect.any(Number), column: expect.any(Number) }

test.each([
  { parent: ':read-only', entries: ['read :root'] },
  {
    parent: ':workspace',
    entries: ['read :root', 'write :slash_tmp', 'write :tmpdir', 'write :project_roots'],
  },
])('$parent can be extended', ({ parent, entries }) => {
  const { profile, notes } = dev(`permissions.dev.extends = "${parent}"`)
  expect(entriesOf(profile)).toEqual(entries)
  expect(notes).toEqual([])
})

test('a child replaces what its parents say of the same path, and keeps the rest', () => {
  const { profile } = dev(`
    [permissions.base]
    extends = ":workspace"
    network.enabled = true
    [permissions.base.filesystem]
    glob_scan_max_depth = 2
    "/srv" = "read"
    ":workspace_roots" = { "**/*.env" = "deny", "docs" = "read" }
    [permissions.dev]
    extends = "base"
    [permissions.dev.filesystem]
    "/srv/" = "write"
    "/tmp" = "read"
    ":workspace_roots" = "read"`)
  expect(entriesOf(profile)).toEqual([
    'read :root',
    'write /srv',
    'read /tmp',
    'write :tmpdir',
    'read :project_roots',
    'deny glob ./**/*.env',
    'read :project_roots/docs',
  ])
  expect(profile).toMatchObject({ network: 'enabled', file_system: { glob_scan_max_depth: 2 } })
})

test('a child closes the network and lowers the depth that its parent gives', () => {
  const { profile } = dev(`
    [permissions.base]
    network.enabled = true
    filesystem.glob_scan_max_depth = 2
    [permissions.dev]
    extends = "base"
    network.enabled = false
    filesystem.glob_scan_max_depth = 1`)
  expect(profile).toMatchObject({ network: 'restricted', file_system: { glob_scan_max_depth: 1 } })
})

test.each([
  {
    why: 'a name that does not exist',
    text: 'permissions.base = {}\npermissions.dev.extends = "bse"',
    issues: [{ path: ['permissions', 'dev', 'extends'], message: '"bse" is unknown; did you mean base?' }],
  },
  {
    why: 'full access has no entries',
    text: 'permissions.dev.extends = ":danger-full-access"',
    issues: [
      {
        path: ['permissions', 'dev', 'extends'],
        message: '":danger-full-access" cannot be extended; only :read-only and :workspace can',
      },
    ],
  },
  {
    why: 'an unpublished name',
    text: 'permissions.dev.extends = ":danger-no-sandbox"',
    issues: [
      {
        path: ['permissions', 'dev', 'extends'],
        message: '":danger-no-sandbox" is no built-in profile; only :read-only and :workspace can',
      },
    ],
  },
  {
    why: 'itself',
    text: 'permissions.dev.extends = "dev"',
    issues: [
      { path: ['permissions', 'dev', 'extends'], message: 'leads back to itself: "dev" extends "dev"' },
    ],
  },
  {
    why: 'a longer way round, told of its members only',
    text: 'permissions.dev.extends = "a"\npermissions.a.extends = "b"\npermissions.b.extends = "a"',
    issues: [
      {
        path: ['permissions', 'a', 'extends'],
        message: 'leads back to itself: "a" extends "b" extends "a"',
      },
      {
        path: ['permissions', 'b', 'extends'],
        message: 'leads back to itself: "b" extends "a" extends "b"',
      },
    ],
  },
])('extends is refused: $why', ({ text, issues }) => {
  expect(issuesOf(text)).toEqual(issues.map((issue) => ({ ...issue, ...ISSUE })))
})

const ROOTS = `
  [permissions.dev.filesystem]
  ":workspace_roots" = { "." = "write", "docs" = "read", "**/*.env" = "deny" }
  [permissions.dev.workspace_roots]
  "~/other[1]" = true
  "/off" = false
  "/another" = true
  "/repo/" = true`

test('an entry for workspace roots becomes one for each: the working directory, then the enabled ones', () => {
  expect(entriesOf(dev(ROOTS).profile)).toEqual([
    'write :project_roots',
    'write /another',
    'write /home/me/other[1]',
    'deny glob ./**/*.env',
    'deny glob /another/./**/*.env',
    String.raw`deny glob /home/me/other\[1\]/./**/*.env`,
    'read :project_roots/docs',
    'read /another/docs',
    'read /home/me/other[1]/docs',
  ])
})

test.each([
  ['/repo/src/main.c', 'write'],
  ['/another/src/main.c', 'write'],
  ['/home/me/other[1]/main.c', 'write'],
  ['/repo/docs/x', 'read'],
  ['/another/docs/x', 'read'],
  ['/repo/.env', 'deny'],
  ['/another/a/b/.env', 'deny'],
  ['/home/me/other[1]/a.env', 'deny'],
  ['/home/me/other1/a', 'deny'],
  ['/off/a', 'deny'],
  ['/another/.git/config', 'read'],
])('with several workspace roots, %s is %s', (path, access) => {
  const policy = resolvePolicy(dev(ROOTS).profile, { cwd: absolutePath(CWD) })
  expect(accessOf(policy, absolutePath(path)).access).toBe(access)
})

test('a child switches off a workspace root of its parent and adds its own', () => {
  const { profile } = dev(`
    permissions.base.workspace_roots = { "/a" = true, "/b" = true }
    permissions.base.filesystem.":workspace_roots" = "write"
    permissions.dev.extends = "base"
    permissions.dev.workspace_roots = { "/b/" = false, "/c" = true }`)
  expect(entriesOf(profile)).toEqual(['write :project_roots', 'write /a', 'write /c'])
})

test('workspace roots that no entry uses are noted', () => {
  const text = 'permissions.dev.filesystem."/a" = "read"\npermissions.dev.workspace_roots."/b" ='
  expect(dev(`${text} true`).notes).toEqual([
    {
      kind: 'roots-without-entry',
      message: 'the workspace root /b has no effect: the profile dev has no entry for :workspace_roots',
      path: ['permissions', 'dev', 'workspace_roots', '/b'],
      line: 2,
      column: 33,
    },
  ])
  expect(dev(`${text} false`).notes).toEqual([])
})

test('entries that turn out to be for one path are noted when they disagree', () => {
  const text = `
    permissions.dev.filesystem."/repo" = "read"
    permissions.dev.filesystem.":workspace_roots" = "write"`
  expect(dev(text).notes).toEqual([
    expect.objectContaining({
      kind: 'same-path',
      message:
        'two entries are for /repo: /repo is read and :workspace_roots is write (line 2); deny wins over write, write over read',
    }),
  ])
  expect(dev(text, '/elsewhere').notes).toEqual([])
  expect(dev(text.replace('"read"', '"write"')).notes).toEqual([])
})
