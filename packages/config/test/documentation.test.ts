import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { entriesOf, issuesOf, load } from './support.js'

const DOCUMENT = readFileSync(join(import.meta.dirname, '../../../docs/configuration.md'), 'utf8')

function blocks(language: string): string[] {
  return [...DOCUMENT.matchAll(/^```(\w+)\n([^]*?)^```$/gm)]
    .filter(([, found]) => found === language)
    .map(([, , text = '']) => text)
}

const [build = '', tools = '', install = '', mode = ''] = blocks('toml')

describe('the examples of docs/configuration.md', () => {
  test('are all here', () => {
    expect([blocks('toml').length, blocks('sh').length]).toEqual([4, 1])
  })

  test('a profile that extends a built-in one', () => {
    const { profileName, profile, notes } = load(build)
    expect([profileName, notes]).toEqual(['build', []])
    expect(entriesOf(profile)).toEqual([
      'read :root',
      'write /home/me/.cache',
      'deny /home/me/.ssh',
      'write :slash_tmp',
      'write :tmpdir',
      'write :project_roots',
      'deny glob ./**/*.env',
      'read :project_roots/docs',
    ])
    expect(profile).toMatchObject({ network: 'enabled' })
  })

  test('a profile with every kind of entry', () => {
    const { profile, notes } = load(tools)
    expect(notes).toEqual([])
    expect(entriesOf(profile)).toEqual([
      'read /home/me/notes',
      'write /home/me/notes/today',
      'deny glob /srv/**/*.key',
      'read /srv/data',
      'read :minimal',
      'write :project_roots',
      'write /home/me/library',
      'read :project_roots/vendor',
      'read /home/me/library/vendor',
    ])
    expect(profile).toMatchObject({ network: 'restricted', file_system: { glob_scan_max_depth: 4 } })
  })

  test('a profile with domains', () => {
    const { profileName, profile, proxy, notes } = load(install)
    expect([profileName, notes]).toEqual(['install', []])
    expect(profile).toMatchObject({ network: 'restricted' })
    expect(proxy).toMatchObject({
      kind: 'domains',
      allow: [{ pattern: '**.cdn.example' }, { pattern: 'registry.example:443' }],
      deny: [{ pattern: 'old.cdn.example' }],
      methods: undefined,
    })
  })

  test('a mode and its settings', () => {
    const { profileName, profile, notes } = load(mode)
    expect([profileName, notes]).toEqual([':workspace', []])
    expect(entriesOf(profile).slice(0, 4)).toEqual([
      'read :root',
      'write :project_roots',
      'write /home/me/.cache',
      'write /var/lib/builds',
    ])
    expect(profile).toMatchObject({ network: 'enabled' })
  })

  const commands = blocks('sh').join('').trim().split('\n')

  test.each(commands)('%s', (command) => {
    const overrides = Array.from(
      command.matchAll(/-c (?:'([^']*)'|(\S+))/g),
      ([, quoted, bare]) => quoted ?? bare ?? '',
    )
    expect(overrides).not.toEqual([])
    // The profile is the one of the first example; alone it chooses itself.
    const text = build.replace(/^default_permissions.*$/m, '')
    expect(load(text, { overrides })).not.toEqual(load(text))
  })

  const keys = Array.from(DOCUMENT.matchAll(/^\| `([a-z][\w.<>]+)` /gm), ([, key = '']) => key)

  test('the table of keys has all of them', () => {
    expect(keys).toHaveLength(22)
  })

  test.each(keys)('the key %s exists', (key) => {
    // A number with a fraction is the value of none, so that an issue of the key itself proves it known.
    const issues = issuesOf('', { overrides: [`${key.replace('<name>', 'dev')}=1.5`] })
    expect(issues.map(({ message }) => message)).toEqual([expect.stringMatching(/^must be /)])
  })

  test('the override of a path inside a denial is refused', () => {
    const overrides = ['permissions.build.filesystem."/repo"="deny"']
    expect(load(build, { overrides }).profileName).toBe('build')
    const inside = 'permissions.build.filesystem."/repo"."src"="write"'
    expect(DOCUMENT).toContain(`-c '${inside}'`)
    expect(() => load(build, { overrides: [...overrides, inside] })).toThrow('is "deny" already')
  })
})
