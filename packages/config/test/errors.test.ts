import { expect, test } from 'vitest'
import { devProfile, invalid, issuesOf, load } from './support.js'

const FILE_SYSTEM = ['permissions', 'dev', 'filesystem'] as const

test.each([
  {
    key: '":project_roots" = "read"',
    path: [':project_roots'],
    message: 'is not accepted; write ":workspace_roots"',
  },
  { key: '":rot" = "read"', path: [':rot'], message: 'is unknown; did you mean :root?' },
  {
    key: '":future" = "read"',
    path: [':future'],
    message:
      'is unknown; known are :root, :minimal, :tmpdir, :slash_tmp, :workspace_roots, glob_scan_max_depth',
  },
  {
    key: 'glob_scan_max_dept = 1',
    path: ['glob_scan_max_dept'],
    message: 'is unknown; did you mean glob_scan_max_depth?; a path must be absolute or begin with ~/',
  },
  {
    key: '"~root/x" = "read"',
    path: ['~root/x'],
    message: 'must be ~ or begin with ~/; homes of other users are not looked up',
  },
  {
    key: '"/a" = "wirte"',
    path: ['/a'],
    message: 'must be one of "read", "write", "deny", "none", not "wirte"',
  },
  { key: '"/a" = true', path: ['/a'], message: 'must be one of "read", "write", "deny", "none", not true' },
  {
    key: '"/a" = ["read"]',
    path: ['/a'],
    message: 'must be one of "read", "write", "deny", "none", not an array',
  },
  {
    key: '":root" = { "a" = "read" }',
    path: [':root', 'a'],
    message: ':root has no paths in it; only "." is a key here',
  },
  {
    key: '":tmpdir" = { "a" = "read" }',
    path: [':tmpdir', 'a'],
    message: ':tmpdir has no paths in it; only "." is a key here',
  },
  {
    key: '"/a/*.c" = "read"',
    path: ['/a/*.c'],
    message: 'a pattern can only be given "deny"; give a directory itself, or end it in /**',
  },
  {
    key: '"/a/*/**" = "write"',
    path: ['/a/*/**'],
    message: 'a pattern can only be given "deny"; give a directory itself, or end it in /**',
  },
  {
    key: '"/a" = { "*.c" = "read" }',
    path: ['/a', '*.c'],
    message: 'a pattern can only be given "deny"; give a directory itself, or end it in /**',
  },
  {
    key: '"/a/*" = { "b" = "deny" }',
    path: ['/a/*'],
    message: 'is a pattern, which can have no table; write the whole pattern as one key',
  },
  {
    key: String.raw`"/a/\u0000" = "read"`,
    path: ['/a/\0'],
    message: 'must not contain a NUL character or half of a surrogate pair',
  },
  {
    key: String.raw`"/a/*/.." = "deny"`,
    path: ['/a/*/..'],
    message: 'is a malformed pattern: it goes up by .. from a wildcard',
  },
  {
    key: 'glob_scan_max_depth = 0',
    path: ['glob_scan_max_depth'],
    message: 'must be an integer and at least 1, not 0',
  },
  {
    key: 'glob_scan_max_depth = 1.5',
    path: ['glob_scan_max_depth'],
    message: 'must be an integer and at least 1, not a number with a fraction',
  },
  {
    key: 'glob_scan_max_depth = 99999999999999999999',
    path: ['glob_scan_max_depth'],
    message: 'must be an integer and at least 1, not 99999999999999999999',
  },
  {
    key: 'glob_scan_max_depth = 2026-01-01',
    path: ['glob_scan_max_depth'],
    message: 'must be an integer and at least 1, not a date or time',
  },
])('in the file system: $key', ({ key, path, message }) => {
  expect(issuesOf(devProfile(`[permissions.dev.filesystem]\n${key}`))).toEqual([
    { path: [...FILE_SYSTEM, ...path], line: 4, column: path.length === 1 ? 1 : expect.any(Number), message },
  ])
})

test.each([
  '..',
  'a/../b',
  '/a',
  'a//b',
  'a/',
  './a',
  '',
  '~',
  '~/a',
  '~/*',
  '../*',
  '{../first,a}/*',
  '../second/*',
  '{a,../b}/*',
  '{.,a}{.,b}/*',
  String.raw`.\\./*`,
])('the subpath "%s" could leave its directory', (subpath) => {
  const text = devProfile(`filesystem.":workspace_roots"."${subpath}" = "deny"`)
  expect(issuesOf(text)).toEqual([
    expect.objectContaining({
      message: expect.stringMatching(/^must be a path below its directory|^is a malformed/),
    }),
  ])
})

test.each([
  { text: 'a = 1\na = 2', line: 2, column: 1 },
  { text: '[features]\n[features]', line: 2, column: 2 },
  { text: '[permissions.dev\nx = 1', line: 2, column: 1 },
  { text: 'a = "\n"', line: 1, column: 6 },
  { text: 'a = 1\r# hidden', line: 1, column: 6 },
  { text: `a = ${'['.repeat(50_000)}${']'.repeat(50_000)}` },
])('what is no TOML is told with its place: $text', ({ text, ...position }) => {
  expect(issuesOf(text)).toEqual([{ path: [], message: expect.any(String), ...position }])
})

test('a byte order mark and Windows line ends are no mistakes', () => {
  expect(load('\uFEFFsandbox_mode = "read-only"\r\n[features]\r\n').profileName).toBe(':read-only')
})

test('one path given twice in a profile is a contradiction, however it is spelled', () => {
  for (const [first, second] of [
    ['"/a"', '"/a/"'],
    ['"/home/me/a"', '"~/a"'],
    ['":root"', '"/"'],
    ['":slash_tmp"', '"/tmp"'],
    ['"/a/b"', '"/a"."b"'],
    ['":workspace_roots"."."', '":workspace_roots"."./"'],
  ]) {
    const issues = issuesOf(devProfile(`filesystem.${first} = "deny"\nfilesystem.${second} = "read"`))
    expect(issues).toHaveLength(1)
    expect(issues[0]).toMatchObject({ line: 4 })
  }
  expect(issuesOf('[permissions.dev.workspace_roots]\n"/a" = true\n"/a/" = false')).toEqual([
    expect.objectContaining({ line: 3, message: '/a is given twice, here and at line 2' }),
  ])
})

test('~ needs a home directory', () => {
  const text = devProfile('filesystem."~/a" = "read"')
  expect(issuesOf(text, { home: undefined })[0]?.message).toBe('~ is no path: there is no home directory')
  expect(issuesOf(text, { home: 'me' })[0]?.message).toBe('~ is no path: the home directory is "me"')
})

test('all mistakes are told at once, in the order of the document, those of overrides last', () => {
  const text = 'sandbox_mode = 1\n[permissions.dev]\nextnds = "x"\n[permissions.dev.filesystem]\na = "read"'
  const error = invalid(() => load(text, { overrides: ['featurs.x=1', 'features.x=1'] }))
  expect(error.issues.map(({ path, line }) => [path.join('.'), line])).toEqual([
    ['sandbox_mode', 1],
    ['permissions.dev.extnds', 3],
    ['permissions.dev.filesystem.a', 5],
    ['featurs', undefined],
    ['features.x', undefined],
  ])
})

test('the message names the document, the path, the line and the column', () => {
  const error = invalid(() => load('[permissions.dev.filesystem]\n"/repo" = "rite"'))
  expect(error.message).toBe(
    'config.toml is not valid: permissions.dev.filesystem."/repo": must be one of "read", "write", "deny", "none", not "rite" (line 2, column 1)',
  )
})
