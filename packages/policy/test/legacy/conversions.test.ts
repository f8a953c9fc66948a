import { PolicyUnsupportedError } from '@linux-sandbox/errors'
import { describe, expect, test } from 'vitest'
import {
  absolutePath,
  parseSandboxPolicy,
  printSandboxPolicy,
  profileFromSandboxPolicy,
  resolvePolicy,
  sameMeaning,
  sandboxPolicyFromProfile,
  workspaceWrite,
  type FileSystemEntry,
  type PermissionProfile,
} from '../../src/index.js'
import { CONTEXT, entry, managed, type ShortEntry } from '../support.js'

function skipped(...short: ShortEntry): FileSystemEntry {
  return { ...entry(short), missing_path_behavior: 'skip' }
}

/** `write /repo?`: access, path, and `?` where a missing path is skipped. */
function lines(profile: PermissionProfile): string[] {
  if (profile.type !== 'managed' || profile.file_system.type !== 'restricted') return [profile.type]
  return profile.file_system.entries.map(({ path, access, missing_path_behavior: ifMissing }) => {
    const text = path.type === 'path' ? path.path : path.type === 'special' ? `:${path.value.kind}` : ''
    return `${access} ${text}${ifMissing === 'skip' ? '?' : ''}`
  })
}

describe('profileFromSandboxPolicy', () => {
  const names = ['read /repo/.git?', 'read /repo/.agents?', 'read /repo/.codex?', 'read /repo/.aws?']
  const workspace = ['write /repo', 'write :slash_tmp', 'write :tmpdir']
  test.each([
    { text: '{"type":"danger-full-access"}', entries: ['disabled'], network: undefined },
    {
      text: '{"type":"external-sandbox","network_access":"enabled"}',
      entries: ['external'],
      network: 'enabled',
    },
    { text: '{"type":"external-sandbox"}', entries: ['external'], network: 'restricted' },
    { text: '{"type":"read-only"}', entries: ['read :root'], network: 'restricted' },
    { text: '{"type":"read-only","network_access":true}', entries: ['read :root'], network: 'enabled' },
    {
      text: '{"type":"read-only","access":{"type":"restricted","readable_roots":["/data"]}}',
      entries: ['read /repo', 'read :minimal', 'read /data'],
      network: 'restricted',
    },
    {
      text: '{"type":"read-only","access":{"type":"restricted","include_platform_defaults":false}}',
      entries: ['read /repo'],
      network: 'restricted',
    },
    {
      text: '{"type":"workspace-write"}',
      entries: ['read :root', ...workspace, ...names],
      network: 'restricted',
    },
    {
      text: '{"type":"workspace-write","network_access":true,"exclude_slash_tmp":true,"exclude_tmpdir_env_var":true,"writable_roots":["/data","/repo/.git"]}',
      entries: ['read :root', 'write /repo', 'write /data', 'write /repo/.git', ...names.slice(1)],
      network: 'enabled',
    },
    {
      text: '{"type":"workspace-write","exclude_slash_tmp":true,"read_only_access":{"type":"restricted","readable_roots":["/repo/docs","/repo/.git/x","/var/tmp/y","/tmp/z","/data"]}}',
      entries: [
        'read :minimal',
        'read /repo/.git/x',
        'read /tmp/z',
        'read /data',
        'write /repo',
        'write :tmpdir',
        ...names,
      ],
      network: 'restricted',
    },
  ])('of $text: $entries', ({ text, entries, network }) => {
    const profile = profileFromSandboxPolicy(parseSandboxPolicy(text), CONTEXT)
    expect(lines(profile)).toEqual(entries)
    expect(profile.type === 'disabled' ? undefined : profile.network).toBe(network)
  })

  test('is the workspace preset', () => {
    expect(profileFromSandboxPolicy(parseSandboxPolicy('{"type":"workspace-write"}'), CONTEXT)).toEqual(
      workspaceWrite({ root: '/repo' }),
    )
  })
})

describe('sandboxPolicyFromProfile', () => {
  const bare = '"network_access":false,"exclude_tmpdir_env_var":true,"exclude_slash_tmp":true'
  test.each([
    { profile: { type: 'disabled' }, printed: '{"type":"danger-full-access"}' },
    {
      profile: { type: 'external', network: 'enabled' },
      printed: '{"type":"external-sandbox","network_access":"enabled"}',
    },
    {
      profile: { type: 'managed', file_system: { type: 'unrestricted' }, network: 'enabled' },
      printed: '{"type":"danger-full-access"}',
    },
    {
      profile: managed(entry([':root', 'write'])),
      printed: '{"type":"external-sandbox","network_access":"restricted"}',
    },
    { profile: managed(entry(['/', 'read'])), printed: '{"type":"read-only"}' },
    {
      profile: managed(entry(['/', 'read']), entry(['/usr', 'read']), entry([':minimal', 'read'])),
      printed: '{"type":"read-only"}',
    },
    {
      profile: managed(entry([':root', 'deny']), entry(['/repo', 'read']), entry(['/data', 'read'])),
      printed:
        '{"type":"read-only","access":{"type":"restricted","include_platform_defaults":false,"readable_roots":["/data"]}}',
    },
    {
      profile: managed(entry(['/repo', 'read']), entry([':minimal', 'read'])),
      printed: '{"type":"read-only","access":{"type":"restricted","include_platform_defaults":true}}',
    },
    {
      profile: managed(entry([':root', 'read']), entry([':project_roots', 'write'])),
      printed: `{"type":"workspace-write",${bare}}`,
    },
    {
      profile: managed(
        entry([':minimal', 'read']),
        entry(['/tmp', 'write']),
        entry(['/var/tmp', 'write']),
        entry(['/repo', 'write']),
        entry(['/repo/.git', 'write']),
        skipped('/repo/.aws', 'read'),
      ),
      printed:
        '{"type":"workspace-write","writable_roots":["/repo/.git"],"read_only_access":{"type":"restricted","include_platform_defaults":true},"network_access":false,"exclude_tmpdir_env_var":false,"exclude_slash_tmp":false}',
    },
  ] as const)('gives $printed', ({ profile, printed }) => {
    const policy = sandboxPolicyFromProfile(profile, CONTEXT)
    expect(printSandboxPolicy(policy)).toBe(printed)
    const back = resolvePolicy(profileFromSandboxPolicy(policy, CONTEXT), CONTEXT)
    expect(sameMeaning(back, resolvePolicy(profile, CONTEXT))).toBe(true)
  })

  const root = entry([':root', 'read'])
  const workspace = entry([':project_roots', 'write'])
  test.each([
    { profile: managed(root, entry(['/x', 'deny'])), names: '/x', reason: 'denied' },
    { profile: managed(root, entry(['*.env', 'deny'])), names: '*.env', reason: 'pattern' },
    { profile: managed(root, workspace, entry(['/repo/a', 'read'])), names: '/repo/a', reason: 'read-only' },
    {
      profile: managed(root, workspace, entry(['/repo/.git', 'deny'])),
      names: '/repo/.git',
      reason: 'denied',
    },
    { profile: managed(root, entry([':slash_tmp', 'write'])), names: ':slash_tmp', reason: '/repo is no' },
    { profile: managed(root, entry(['/', 'write']), entry(['/a', 'deny'])), names: '/a', reason: 'denied' },
    { profile: managed(entry(['/data', 'read'])), names: ':workspace_roots', reason: 'not granted' },
    { profile: managed(), names: ':workspace_roots', reason: 'not granted' },
    {
      profile: managed(entry(['/repo', 'read']), skipped('/a', 'read')),
      names: '/a',
      reason: 'only where it exists',
    },
    {
      profile: managed(root, workspace, skipped('/a', 'write')),
      names: '/a',
      reason: 'only where it exists',
    },
    {
      profile: managed(entry(['/repo', 'read']), entry([':minimal', 'read']), entry(['/usr', 'deny'])),
      names: '/usr',
      reason: 'platform defaults',
    },
    {
      profile: managed(entry(['/', 'write']), workspace, entry(['/.git', 'read'])),
      names: ':root',
      reason: 'protected names',
    },
  ])('refuses $profile.file_system.entries because of $names', ({ profile, names, reason }) => {
    const convert = () => sandboxPolicyFromProfile(profile, CONTEXT)
    expect(convert).toThrow(PolicyUnsupportedError)
    expect(convert).toThrow(
      expect.objectContaining({ entry: names, message: expect.stringContaining(reason) }),
    )
  })

  test('needs the working directory itself to be a writable root', () => {
    const inside = { cwd: absolutePath('/repo/sub') }
    expect(() => sandboxPolicyFromProfile(managed(root, entry(['/repo', 'write'])), inside)).toThrow(
      '/repo/sub is no writable root',
    )
  })

  test('does not take a TMPDIR of / for the writable /', () => {
    const context = { cwd: absolutePath('/'), tmpdir: '/' }
    expect(
      sandboxPolicyFromProfile(workspaceWrite({ root: '/', excludeTmpdir: true }), context),
    ).toMatchObject({ exclude_tmpdir_env_var: true, exclude_slash_tmp: false, writable_roots: [] })
  })
})
