import { UnknownProfileError } from '@linux-sandbox/errors'
import { describe, expect, test } from 'vitest'
import {
  absolutePath,
  accessOf,
  builtinProfile,
  dangerFullAccess,
  parseProfile,
  printProfile,
  readOnly,
  resolvePolicy,
  workspaceWrite,
  type ResolvedFileSystem,
} from '../src/index.js'
import { CONTEXT, issuesOf } from './support.js'

/** The entries as short lines: access, path, and `?` where a missing path is skipped. */
function lines(fileSystem: ResolvedFileSystem): string[] {
  if (fileSystem.kind === 'unrestricted') return ['unrestricted']
  return fileSystem.entries.map(
    ({ access, path, ifMissing }) => `${access} ${path}${ifMissing === 'skip' ? '?' : ''}`,
  )
}

const NAMES = ['read /repo/.git?', 'read /repo/.agents?', 'read /repo/.codex?', 'read /repo/.aws?']

describe('presets', () => {
  test.each([
    { profile: readOnly(), entries: ['read /'], network: 'restricted', why: 'read only' },
    {
      profile: readOnly({ network: 'enabled' }),
      entries: ['read /'],
      network: 'enabled',
      why: 'with a network',
    },
    { profile: dangerFullAccess(), entries: ['unrestricted'], network: 'enabled', why: 'no sandbox' },
    {
      profile: workspaceWrite({ root: '/repo' }),
      entries: ['read /', 'write /repo', 'write /tmp', 'write /var/tmp', ...NAMES],
      network: 'restricted',
      why: 'a workspace',
    },
    {
      profile: workspaceWrite({
        root: '/repo/',
        excludeTmpdir: true,
        excludeSlashTmp: true,
        network: 'enabled',
      }),
      entries: ['read /', 'write /repo', ...NAMES],
      network: 'enabled',
      why: 'without temporary directories',
    },
    {
      profile: workspaceWrite({ root: '/repo', excludeTmpdir: true, writableRoots: ['/data', '/repo/.git'] }),
      entries: ['read /', 'write /repo', 'write /tmp', 'write /data', 'write /repo/.git', ...NAMES.slice(1)],
      network: 'restricted',
      why: 'further roots, one of them a protected name',
    },
    { profile: builtinProfile(':read-only'), entries: ['read /'], network: 'restricted', why: 'by name' },
    {
      profile: builtinProfile(':workspace'),
      entries: ['read /', 'write /repo', 'write /tmp', 'write /var/tmp', ...NAMES],
      network: 'restricted',
      why: 'by name, the root being the working directory',
    },
    {
      profile: builtinProfile(':danger-full-access'),
      entries: ['unrestricted'],
      network: 'enabled',
      why: 'by name',
    },
  ])('$entries ($why)', ({ profile, entries, network }) => {
    const policy = resolvePolicy(profile, CONTEXT)
    expect(lines(policy.fileSystem)).toEqual(entries)
    expect(policy.network).toBe(network)
    expect(policy.notes).toEqual([])
    expect(parseProfile(printProfile(profile))).toEqual(profile)
  })

  test('protect the names in every further root too', () => {
    const policy = resolvePolicy(workspaceWrite({ root: '/repo', writableRoots: ['/data'] }), CONTEXT)
    expect(accessOf(policy, absolutePath('/data/.git/hooks')).access).toBe('read')
    expect(accessOf(policy, absolutePath('/data/x')).access).toBe('write')
  })

  test.each([
    {
      make: () =>
        workspaceWrite({ root: 'repo', writeableRoots: [], writableRoots: ['x', 1], network: 'on' } as never),
      issues: [
        'writeableRoots: is unknown; did you mean writableRoots?',
        'root: must be an absolute path, not "repo"',
        'writableRoots,0: must be an absolute path, not "x"',
        'writableRoots,1: must be a string, not 1',
        'network: must be one of "restricted", "enabled", not "on"',
      ],
      why: 'everything at once',
    },
    { make: () => workspaceWrite({} as never), issues: ['root: is missing'], why: 'no root' },
    { make: () => workspaceWrite(undefined as never), issues: [': is missing'], why: 'no options' },
    {
      make: () => workspaceWrite({ root: '/a', excludeTmpdir: 'yes' } as never),
      issues: ['excludeTmpdir: must be a boolean, not "yes"'],
      why: 'a truthy text is no boolean',
    },
    {
      make: () => readOnly({ root: '/' } as never),
      issues: ['root: is unknown; known are network'],
      why: 'another preset',
    },
  ])('refuse $issues ($why)', ({ make, issues }) => {
    expect(issuesOf(make).map(({ path, message }) => `${path.join()}: ${message}`)).toEqual(issues)
  })

  test('take an option that is undefined as not given', () => {
    expect(workspaceWrite({ root: '/a', network: undefined, writableRoots: undefined })).toEqual(
      workspaceWrite({ root: '/a' }),
    )
  })
})

describe('builtinProfile', () => {
  test.each([':danger-no-sandbox', ':Workspace', 'read-only', '', 'toString', '__proto__'])(
    'refuses %j by its name',
    (name) => {
      expect(() => builtinProfile(name)).toThrow(UnknownProfileError)
      expect(() => builtinProfile(name)).toThrow(JSON.stringify(name))
    },
  )
})
