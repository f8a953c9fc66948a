import { expect, test } from 'vitest'
import { devProfile, entriesOf, load } from './support.js'

function entriesIn(fileSystem: string): string[] {
  return entriesOf(load(devProfile(`[permissions.dev.filesystem]\n${fileSystem}`)).profile)
}

test.each([
  { key: '":root" = "read"', entries: ['read :root'] },
  { key: '":minimal" = "read"', entries: ['read :minimal'] },
  { key: '":tmpdir" = "write"', entries: ['write :tmpdir'] },
  { key: '":slash_tmp" = "write"', entries: ['write :slash_tmp'] },
  { key: '":workspace_roots" = "write"', entries: ['write :project_roots'] },
  { key: '"/srv" = "deny"', entries: ['deny /srv'] },
  { key: '"/srv" = "none"', entries: ['deny /srv'] },
  { key: '"/" = "read"', entries: ['read /'] },
  { key: '"/opt/../srv/./x/" = "read"', entries: ['read /srv/x'] },
  { key: '"~" = "read"', entries: ['read /home/me'] },
  { key: '"~/x/../y" = "read"', entries: ['read /home/me/y'] },
  { key: '"/srv/{a}" = "write"', entries: ['write /srv/{a}'] },
  { key: '"/srv/**" = "write"', entries: ['write /srv'] },
  { key: '"/**" = "read"', entries: ['read /'] },
  { key: '"~/**" = "read"', entries: ['read /home/me'] },
  { key: '"/srv/**" = "deny"', entries: ['deny glob /srv/**'] },
  { key: '"/srv/*.key" = "none"', entries: ['deny glob /srv/*.key'] },
  { key: '"/srv/{a,b}" = "deny"', entries: ['deny glob /srv/{a,b}'] },
  { key: '"~/*.key" = "deny"', entries: ['deny glob /home/me/*.key'] },
])('$key', ({ key, entries }) => {
  expect(entriesIn(key)).toEqual(entries)
})

test.each([
  { table: '":root" = { "." = "read" }', entries: ['read :root'] },
  { table: '"/srv" = { "." = "read" }', entries: ['read /srv'] },
  { table: '"/srv" = { "a/b" = "write" }', entries: ['write /srv/a/b'] },
  { table: '"/" = { "a" = "write" }', entries: ['write /a'] },
  { table: '"/srv" = { "a/**" = "write" }', entries: ['write /srv/a'] },
  { table: '"~/x" = { "a" = "write" }', entries: ['write /home/me/x/a'] },
  { table: '"/srv" = { "**/*.env" = "deny" }', entries: ['deny glob /srv/**/*.env'] },
  { table: '"/s!v" = { "*.env" = "deny" }', entries: [String.raw`deny glob /s\!v/*.env`] },
  { table: '"/" = { "*.env" = "deny" }', entries: ['deny glob /*.env'] },
  {
    table: '":workspace_roots" = { "." = "write", "docs" = "read", "*.env" = "deny" }',
    entries: ['write :project_roots', 'deny glob ./*.env', 'read :project_roots/docs'],
  },
])('scoped: $table', ({ table, entries }) => {
  expect(entriesIn(table)).toEqual(entries)
})

test('the depth of the search for patterns is kept', () => {
  const { profile } = load(devProfile('filesystem = { glob_scan_max_depth = 3, "/a/*" = "deny" }'))
  expect(profile).toMatchObject({ file_system: { glob_scan_max_depth: 3 } })
})

test('entries stand in the order of their paths, not in that of the document', () => {
  expect(entriesIn('"~" = "read"\n":tmpdir" = "write"\n"/srv" = "read"\n"/etc" = "read"')).toEqual([
    'read /etc',
    'read /home/me',
    'read /srv',
    'write :tmpdir',
  ])
})

test.each([
  { body: '', network: 'restricted' },
  { body: '[permissions.dev.network]', network: 'restricted' },
  { body: 'network.enabled = false', network: 'restricted' },
  { body: 'network.enabled = true', network: 'enabled' },
])('network: "$body" is $network', ({ body, network }) => {
  expect(load(devProfile(body)).profile).toMatchObject({ network })
})

test('a profile without an entry is noted, because it grants nothing', () => {
  expect(load(devProfile('')).notes).toEqual([
    expect.objectContaining({ kind: 'grants-nothing', path: ['permissions', 'dev'], line: 2, column: 14 }),
  ])
  expect(load(devProfile('filesystem."/a" = "read"')).notes).toEqual([])
})

test('the profile cannot be changed', () => {
  expect(Object.isFrozen(load(devProfile('filesystem."/a" = "read"')).profile)).toBe(true)
})
