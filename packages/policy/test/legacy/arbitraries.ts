import * as fc from 'fast-check'
import {
  absolutePath,
  type AbsolutePath,
  type FileSystemEntry,
  type FileSystemPolicy,
} from '../../src/index.js'
import type { EntryPath, PermissionProfile, ReadOnlyAccess, ResolveContext } from '../../src/index.js'
import type { SandboxPolicy } from '../../src/index.js'
import { anyAccess, anyEntry, anyPath, anyProfile } from '../arbitraries.js'
import { managed } from '../support.js'

const paths = fc.array(anyPath, { maxLength: 3 })

/** With `/tmp`, which is a place of its own in legacy policies. */
export const anyPlace: fc.Arbitrary<AbsolutePath> = fc.oneof(
  { weight: 5, arbitrary: anyPath },
  { weight: 1, arbitrary: fc.constantFrom('/tmp', '/tmp/a', '/tmp/.git/a').map(absolutePath) },
)

export const anyContext: fc.Arbitrary<ResolveContext> = fc.record({
  cwd: anyPlace,
  tmpdir: fc.oneof(fc.constantFrom(undefined, '', 'relative', '/', '/tmp'), anyPath),
})

const anyReadOnlyAccess: fc.Arbitrary<ReadOnlyAccess> = fc.oneof(
  fc.constant<ReadOnlyAccess>({ type: 'full-access' }),
  fc.record({
    type: fc.constant('restricted' as const),
    include_platform_defaults: fc.boolean(),
    readable_roots: paths,
  }),
)

export const anySandboxPolicy: fc.Arbitrary<SandboxPolicy> = fc.oneof(
  { weight: 1, arbitrary: fc.constant<SandboxPolicy>({ type: 'danger-full-access' }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('external-sandbox' as const),
      network_access: fc.constantFrom('restricted' as const, 'enabled' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('read-only' as const),
      access: anyReadOnlyAccess,
      network_access: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('workspace-write' as const),
      writable_roots: paths,
      read_only_access: anyReadOnlyAccess,
      network_access: fc.boolean(),
      exclude_tmpdir_env_var: fc.boolean(),
      exclude_slash_tmp: fc.boolean(),
    }),
  },
)

/** Profiles with entries that legacy policies have too, and now and then another. */
export const likelyProfile: fc.Arbitrary<PermissionProfile> = fc
  .tuple(
    fc.constantFrom<readonly PlainEntry[]>(
      [['root', 'read']],
      [['root', 'read']],
      [['root', 'write']],
      [['minimal', 'read']],
      [],
    ),
    fc.subarray<PlainEntry>([
      ['project_roots', 'write'],
      ['project_roots', 'read'],
      ['slash_tmp', 'write'],
      ['tmpdir', 'write'],
    ]),
    fc.array(fc.tuple(anyPlace, fc.constantFrom('read', 'write', 'write')), { maxLength: 3 }),
    fc.array(anyEntry, { maxLength: 1 }),
    fc.boolean(),
  )
  .map(([base, specials, literals, others, hasOther]) =>
    managed(
      ...[...base, ...specials].map(([kind, access]): FileSystemEntry => ({
        path: { type: 'special', value: { kind } },
        access,
      })),
      ...literals.map(([path, access]): FileSystemEntry => ({
        path: { type: 'path', path },
        access: access === 'read' ? 'read' : 'write',
      })),
      ...(hasOther ? others : []),
    ),
  )

type PlainEntry = readonly [
  kind: 'root' | 'minimal' | 'project_roots' | 'slash_tmp' | 'tmpdir',
  access: 'read' | 'write',
]

export const anyFileSystemPolicy: fc.Arbitrary<FileSystemPolicy> = fc.oneof(
  fc.constantFrom<FileSystemPolicy>({ kind: 'unrestricted' }, { kind: 'external-sandbox' }),
  fc
    .tuple(
      fc.array(anyEntry, { maxLength: 5 }),
      fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
    )
    .map(([entries, depth]): FileSystemPolicy => ({
      kind: 'restricted',
      entries,
      ...(depth === undefined ? {} : { glob_scan_max_depth: depth }),
    })),
)

/** A profile and another that says the same with other words, in another order, and partly twice. */
export function rewritten(
  context: ResolveContext,
): fc.Arbitrary<readonly [PermissionProfile, PermissionProfile]> {
  return anyProfile.chain((profile) => {
    if (profile.type !== 'managed' || profile.file_system.type !== 'restricted') {
      return fc.constant([profile, profile] as const)
    }
    const { entries } = profile.file_system
    const shuffled = fc.shuffledSubarray([...entries], { minLength: entries.length })
    return fc.tuple(shuffled, fc.subarray([...entries])).map(([all, twice]) => {
      const fileSystem = {
        ...profile.file_system,
        entries: [...all, ...twice].map((entry) => respell(entry, context)),
      }
      return [profile, { ...profile, file_system: fileSystem }] as const
    })
  })
}

function respell(entry: FileSystemEntry, { cwd, tmpdir }: ResolveContext): FileSystemEntry {
  const { path } = entry
  const literal = (text: string): EntryPath => ({ type: 'path', path: absolutePath(text) })
  if (path.type === 'path' && path.path === cwd) {
    return { ...entry, path: { type: 'special', value: { kind: 'project_roots' } } }
  }
  if (path.type === 'path' && path.path === '/') {
    return { ...entry, path: { type: 'special', value: { kind: 'root' } } }
  }
  if (path.type === 'glob_pattern' && !path.pattern.startsWith('/') && !/[*?[{\\]/.test(cwd)) {
    return { ...entry, path: { type: 'glob_pattern', pattern: `${cwd}/${path.pattern}` } }
  }
  if (path.type !== 'special') return entry
  const { value } = path
  if (value.kind === 'slash_tmp') return { ...entry, path: literal('/tmp') }
  if (value.kind === 'root') return { ...entry, path: literal('/') }
  if (value.kind === 'project_roots') return { ...entry, path: literal(`${cwd}/${value.subpath ?? ''}`) }
  const isUsable = tmpdir?.startsWith('/') === true && tmpdir !== '/'
  return value.kind === 'tmpdir' && isUsable ? { ...entry, path: literal(tmpdir) } : entry
}

/** Entries for a few paths only, so that two lists of them often mean the same. */
export const fewEntries: fc.Arbitrary<FileSystemEntry[]> = fc.array(
  fc
    .tuple(fc.constantFrom('/', '/a', '/a/b', '/a/.git', '/a/.git/b').map(absolutePath), anyAccess)
    .map(([path, access]): FileSystemEntry => ({ path: { type: 'path', path }, access })),
  { maxLength: 4 },
)
