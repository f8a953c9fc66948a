import { UnknownProfileError } from '@linux-sandbox/errors'
import { builtinProfile } from '@linux-sandbox/policy'
import { expect, test } from 'vitest'
import { loadConfiguration } from '../src/index.js'
import { CWD, entriesOf, issuesOf, load } from './support.js'

const DEV = '[permissions.dev.filesystem]\n"/a" = "read"\n[permissions.dev2]\n'

test.each([
  { why: 'nothing chosen', text: '', name: ':workspace' },
  { why: 'profiles, but none chosen', text: DEV, name: ':workspace' },
  { why: 'the document', text: `default_permissions = "dev"\n${DEV}`, name: 'dev' },
  { why: 'a built-in name', text: 'default_permissions = ":read-only"', name: ':read-only' },
  { why: 'a mode', text: 'sandbox_mode = "read-only"', name: ':read-only' },
  { why: 'a mode', text: 'sandbox_mode = "workspace-write"', name: ':workspace' },
  { why: 'a mode', text: 'sandbox_mode = "danger-full-access"', name: ':danger-full-access' },
  {
    why: 'an override over the document',
    text: `default_permissions = "dev"\n${DEV}`,
    overrides: ['default_permissions=":read-only"'],
    name: ':read-only',
  },
  {
    why: 'an override of the other kind over the document',
    text: `default_permissions = "dev"\n${DEV}`,
    overrides: ['sandbox_mode=read-only'],
    name: ':read-only',
  },
  {
    why: 'an override of the other kind over the document',
    text: `sandbox_mode = "danger-full-access"\n${DEV}`,
    overrides: ['default_permissions=dev'],
    name: 'dev',
  },
  {
    why: 'the later override',
    text: DEV,
    overrides: ['default_permissions=:read-only', 'default_permissions=dev'],
    name: 'dev',
  },
  {
    why: 'the profile that is asked for, over all',
    text: `sandbox_mode = "read-only"\n${DEV}`,
    overrides: ['default_permissions=dev2'],
    profile: 'dev',
    name: 'dev',
  },
])('$why: $name', ({ text, name, ...options }) => {
  expect(load(text, options).profileName).toBe(name)
})

test.each([
  {
    why: 'both in the document',
    text: 'default_permissions = ":workspace"\nsandbox_mode = "workspace-write"',
    issue: { line: 2, column: 1, message: 'contradicts default_permissions; keep one' },
  },
  {
    why: 'both as overrides',
    text: '',
    overrides: ['sandbox_mode=read-only', 'default_permissions=":read-only"'],
    issue: { message: 'contradicts default_permissions; keep one (in -c sandbox_mode=read-only)' },
  },
  {
    why: 'a mode beside a profile that is asked for',
    text: DEV,
    overrides: ['sandbox_mode=read-only'],
    profile: 'dev',
    issue: {
      message: 'contradicts the profile "dev" that was asked for; keep one (in -c sandbox_mode=read-only)',
    },
  },
])('a contradiction is refused: $why', ({ text, issue, ...options }) => {
  expect(issuesOf(text, options)).toEqual([{ path: ['sandbox_mode'], ...issue }])
})

test.each(['de', ':danger-no-sandbox', '', ':workspace ', '__proto__', 'toString'])(
  'the profile %o, asked for, does not exist',
  (profile) => {
    const act = (): unknown => load(DEV, { profile })
    expect(act).toThrow(UnknownProfileError)
    expect(act).toThrow(
      expect.objectContaining({ hint: 'use one of dev, dev2, :read-only, :workspace, :danger-full-access' }),
    )
  },
)

test('a name of JavaScript is a name like any other', () => {
  const text =
    'permissions.__proto__.filesystem."/a" = "read"\npermissions.constructor.filesystem."/b" = "read"'
  expect(entriesOf(load(text, { profile: '__proto__' }).profile)).toEqual(['read /a'])
  expect(entriesOf(load(text, { profile: 'constructor' }).profile)).toEqual(['read /b'])
})

test.each([':read-only', ':workspace', ':danger-full-access'])('%s is the built-in profile', (profile) => {
  const configuration = loadConfiguration({ profile, cwd: CWD })
  expect(configuration).toEqual({
    profileName: profile,
    profile: builtinProfile(profile),
    backend: 'auto',
    unixSockets: false,
    notes: [],
  })
})

const NAMES = ['.git', '.agents', '.codex', '.aws'].map((name) => `read? :project_roots/${name}`)

test.each([
  {
    settings: 'writable_roots = ["/data", "~/cache/"]',
    entries: [
      'read :root',
      'write :project_roots',
      'write :slash_tmp',
      'write :tmpdir',
      'write /data',
      'write /home/me/cache',
      ...NAMES,
    ],
  },
  {
    settings: 'exclude_slash_tmp = true',
    entries: ['read :root', 'write :project_roots', 'write :tmpdir', ...NAMES],
  },
  {
    settings: 'exclude_tmpdir_env_var = true',
    entries: ['read :root', 'write :project_roots', 'write :slash_tmp', ...NAMES],
  },
  {
    settings: 'network_access = false',
    entries: ['read :root', 'write :project_roots', 'write :slash_tmp', 'write :tmpdir', ...NAMES],
  },
])('[sandbox_workspace_write] $settings', ({ settings, entries }) => {
  const table = `[sandbox_workspace_write]\n${settings}`
  for (const text of [`sandbox_mode = "workspace-write"\n${table}`, table]) {
    const { profile, notes } = load(text)
    expect(entriesOf(profile)).toEqual(entries)
    expect(profile).toMatchObject({ network: 'restricted' })
    expect(notes).toEqual([])
  }
})

test('[sandbox_workspace_write] opens the network', () => {
  expect(load('sandbox_workspace_write.network_access = true').profile).toMatchObject({ network: 'enabled' })
})

test.each([':read-only', ':danger-full-access', 'dev'])(
  '[sandbox_workspace_write] has no effect on %s, which is noted',
  (profile) => {
    const text = `${DEV}[sandbox_workspace_write]\nnetwork_access = true`
    const { notes, profile: found } = load(text, { profile })
    expect(found).toEqual(load(DEV, { profile }).profile)
    expect(notes).toEqual([
      {
        kind: 'settings-without-effect',
        message: `sandbox_workspace_write has no effect with the profile ${profile}; it belongs to :workspace`,
        path: ['sandbox_workspace_write'],
        line: 4,
        column: 2,
      },
    ])
  },
)

test.each([
  { text: '', overrides: [], uses: false },
  { text: 'use_legacy_landlock = true', overrides: [], uses: true },
  { text: '[features]\nuse_legacy_landlock = true', overrides: [], uses: true },
  { text: '[features]\nuse_legacy_landlock = true', overrides: ['use_legacy_landlock=false'], uses: false },
  { text: 'use_legacy_landlock = false', overrides: ['features.use_legacy_landlock=true'], uses: true },
  { text: '', overrides: ['use_legacy_landlock=true', 'features.use_legacy_landlock=false'], uses: false },
  { text: '', overrides: ['features.use_legacy_landlock=false', 'use_legacy_landlock=true'], uses: true },
])('use_legacy_landlock of $text with $overrides is $uses', ({ text, overrides, uses }) => {
  expect(load(text, { overrides }).backend).toBe(uses ? 'landlock' : 'auto')
})

test.each(['auto', 'bwrap', 'native'])('backend is %s', (backend) => {
  expect(load(`backend = "${backend}"`).backend).toBe(backend)
  expect(load('backend = "bwrap"', { overrides: [`backend=${backend}`] }).backend).toBe(backend)
})

test('backend beside use_legacy_landlock is refused, unless that is false', () => {
  expect(issuesOf('backend = "native"\nuse_legacy_landlock = true')).toMatchObject([
    { path: ['backend'], message: 'contradicts use_legacy_landlock = true; keep one' },
  ])
  expect(load('backend = "native"\nuse_legacy_landlock = false').backend).toBe('native')
})

test('use_legacy_landlock in both spellings in the document is refused', () => {
  expect(issuesOf('use_legacy_landlock = true\nfeatures.use_legacy_landlock = false')).toEqual([
    {
      path: ['use_legacy_landlock'],
      line: 1,
      column: 1,
      message: 'is given as features.use_legacy_landlock too; keep one',
    },
  ])
})

test('the working directory must be absolute', () => {
  expect(() => loadConfiguration({ cwd: 'repo' })).toThrow('must be an absolute path, not "repo"')
})
