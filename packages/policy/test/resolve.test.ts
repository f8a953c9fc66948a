import { describe, expect, test } from 'vitest'
import {
  absolutePath,
  resolvePolicy,
  type Access,
  type EntryPath,
  type ResolveContext,
} from '../src/index.js'
import { CONTEXT, managed, policyOf } from './support.js'

const special = (value: object): EntryPath => ({ type: 'special', value }) as EntryPath
const TMPDIR = special({ kind: 'tmpdir' })

function resolveOne(path: EntryPath, access: Access, context: ResolveContext = CONTEXT) {
  const { fileSystem, notes } = resolvePolicy(managed({ path, access }), context)
  if (fileSystem.kind === 'unrestricted') throw new TypeError('a managed profile with entries is restricted')
  return { paths: fileSystem.entries.map((entry) => entry.path), fileSystem, notes }
}

function alternativesOf(pattern: string) {
  return resolveOne({ type: 'glob_pattern', pattern }, 'deny').fileSystem.globs[0]?.alternatives
}

describe('resolvePolicy', () => {
  test.each([
    { path: { type: 'path', path: absolutePath('/a') } as const, resolved: '/a', spelling: '/a' },
    { path: special({ kind: 'root' }), resolved: '/', spelling: ':root' },
    { path: special({ kind: 'project_roots' }), resolved: '/repo', spelling: ':workspace_roots' },
    {
      path: special({ kind: 'project_roots', subpath: 'a/b' }),
      resolved: '/repo/a/b',
      spelling: ':workspace_roots/a/b',
    },
    {
      path: special({ kind: 'project_roots', subpath: '../a' }),
      resolved: '/a',
      spelling: ':workspace_roots/../a',
    },
    {
      path: special({ kind: 'project_roots', subpath: '' }),
      resolved: '/repo',
      spelling: ':workspace_roots',
    },
    { path: TMPDIR, resolved: '/var/tmp', spelling: ':tmpdir' },
    { path: special({ kind: 'slash_tmp' }), resolved: '/tmp', spelling: ':slash_tmp' },
  ])('$spelling is $resolved', ({ path, resolved, spelling }) => {
    const { fileSystem, notes } = resolveOne(path, 'read')
    const kind = path.type === 'special' ? { special: path.value.kind } : {}
    expect(fileSystem.entries).toEqual([
      { path: resolved, access: 'read', ifMissing: 'default', origin: { index: 0, spelling }, ...kind },
    ])
    expect(notes).toEqual([])
  })

  test.each([
    { tmpdir: undefined, reason: 'is not set' },
    { tmpdir: '', reason: 'is empty' },
    { tmpdir: 'tmp', reason: 'is no absolute path' },
    { tmpdir: '/', reason: 'is /' },
    { tmpdir: '/tmp/..', reason: 'is /' },
  ])('TMPDIR=$tmpdir grants nothing and says that it $reason', ({ tmpdir, reason }) => {
    const { paths, notes } = resolveOne(TMPDIR, 'write', { cwd: absolutePath('/repo'), tmpdir })
    expect(paths).toEqual([])
    expect(notes).toEqual([
      {
        kind: 'tmpdir-without-path',
        message: `:tmpdir is no path because TMPDIR ${reason}`,
        origin: { index: 0, spelling: ':tmpdir' },
      },
    ])
  })

  test('TMPDIR=/ is denied where the policy denies it', () => {
    expect(resolveOne(TMPDIR, 'deny', { cwd: absolutePath('/repo'), tmpdir: '/' }).paths).toEqual(['/'])
  })

  test.each([
    {
      path: special({ kind: 'unknown', path: ':later', subpath: 'x' }),
      access: 'deny',
      kind: 'unknown-special',
      spelling: ':later/x',
    },
    {
      path: special({ kind: 'minimal' }),
      access: 'deny',
      kind: 'minimal-without-effect',
      spelling: ':minimal',
    },
    {
      path: { type: 'glob_pattern', pattern: '[z-a]' },
      access: 'read',
      kind: 'glob-without-deny',
      spelling: '[z-a]',
    },
    {
      path: { type: 'glob_pattern', pattern: '/a/**' },
      access: 'write',
      kind: 'glob-without-deny',
      spelling: '/a/**',
    },
  ] as const)(
    '$access on $spelling has no effect, and a note says so',
    ({ path, access, kind, spelling }) => {
      const { fileSystem, notes } = resolveOne(path, access)
      expect(fileSystem).toEqual({ kind: 'restricted', entries: [], globs: [], platformDefaults: false })
      expect(notes).toMatchObject([{ kind, origin: { index: 0, spelling } }])
    },
  )

  test('~ in a pattern is a name, and a note says so', () => {
    const { fileSystem, notes } = resolveOne({ type: 'glob_pattern', pattern: '~/.ssh/*' }, 'deny')
    expect(fileSystem.globs.map(({ pattern }) => pattern)).toEqual(['~/.ssh/*'])
    expect(notes).toMatchObject([{ kind: 'tilde-is-literal' }])
  })

  test.each([
    { pattern: 'codex-project-roots://*.env', name: '*.env' },
    { pattern: 'codex-project-roots:///*.env', name: '*.env' },
  ])('$pattern is a pattern in the workspace root', ({ pattern, name }) => {
    expect(alternativesOf(pattern)).toEqual(alternativesOf(name))
  })

  test('a glob keeps its spelling and has its components from /', () => {
    expect(resolveOne({ type: 'glob_pattern', pattern: './{a,b}/**' }, 'deny').fileSystem.globs).toEqual([
      {
        pattern: './{a,b}/**',
        origin: { index: 0, spelling: './{a,b}/**' },
        alternatives: ['a', 'b'].map((text) => [
          { kind: 'name', text: 'repo' },
          { kind: 'name', text },
          'any-run',
          { kind: 'pattern', characters: ['any-run'] },
        ]),
      },
    ])
  })

  test.each([
    { entries: [[':minimal', 'read']], has: true, why: 'asked for' },
    {
      entries: [
        [':root', 'deny'],
        [':minimal', 'read'],
      ],
      has: true,
      why: 'nothing else is readable',
    },
    {
      entries: [
        [':root', 'read'],
        [':minimal', 'read'],
      ],
      has: false,
      why: 'all is readable',
    },
    {
      entries: [
        [':root', 'read'],
        [':minimal', 'read'],
        ['/x', 'deny'],
      ],
      has: true,
      why: 'not all is',
    },
    { entries: [[':root', 'read']], has: false, why: 'not asked for' },
  ] as const)('platform defaults: $has ($why)', ({ entries, has }) => {
    expect(policyOf(...entries).fileSystem).toMatchObject({ platformDefaults: has })
  })

  test('keeps order, skipping and the depth of globs', () => {
    const profile = {
      type: 'managed',
      network: 'enabled',
      file_system: {
        type: 'restricted',
        glob_scan_max_depth: 4,
        entries: [
          {
            path: { type: 'path', path: absolutePath('/b') },
            access: 'write',
            missing_path_behavior: 'skip',
          },
          { path: { type: 'path', path: absolutePath('/a') }, access: 'read' },
        ],
      },
    } as const
    expect(resolvePolicy(profile, CONTEXT)).toMatchObject({
      network: 'enabled',
      isExternal: false,
      fileSystem: {
        globScanMaxDepth: 4,
        entries: [
          { path: '/b', ifMissing: 'skip', origin: { index: 0 } },
          { path: '/a', ifMissing: 'default', origin: { index: 1 } },
        ],
      },
    })
  })

  test.each([
    { profile: { type: 'disabled' }, network: 'enabled', isExternal: false },
    { profile: { type: 'external', network: 'restricted' }, network: 'restricted', isExternal: true },
    { profile: { type: 'external', network: 'enabled' }, network: 'enabled', isExternal: true },
  ] as const)('$profile is unrestricted', ({ profile, network, isExternal }) => {
    expect(resolvePolicy(profile, CONTEXT)).toMatchObject({
      fileSystem: { kind: 'unrestricted' },
      network,
      isExternal,
    })
  })

  test('gives what nobody can change', () => {
    const { fileSystem } = resolveOne({ type: 'path', path: absolutePath('/a') }, 'read')
    expect(() => (fileSystem.entries as unknown[]).push(1)).toThrow(TypeError)
  })
})
