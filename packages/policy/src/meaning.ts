import { protectedPathsOf } from './access.js'
import { parentPath, pathPrefixes, ROOT_PATH, type AbsolutePath } from './path.js'
import { PLATFORM_DEFAULT_PATHS } from './platform-defaults.js'
import { decidingEntry, writesWholeDisk } from './precedence.js'
import type { Access } from './profile.js'
import type { ResolvedEntry, ResolvedPolicy, RestrictedFileSystemPolicy } from './resolved-policy.js'

/*
 * What a policy comes to, without the way it is written: where in the tree the access changes. Everything here follows
 * from the rules in access.ts.
 */

/** A path from which on downwards the access is another one than above it. Globs come on top. */
export interface AccessChangePoint {
  readonly path: AbsolutePath
  readonly access: Access
  /** The access of the directory that holds `path`; `deny` for `/`. */
  readonly outside: Access
  /** What the change comes from. An entry that says what is so without it does not count. */
  readonly cause: ChangeCause
}

type ChangeCause =
  | { readonly kind: 'entry'; readonly entry: ResolvedEntry }
  | { readonly kind: 'unrestricted' | 'protected-name' | 'platform-default' }

/**
 * Whether `a` and `b` give a command the same access to every path and to the network, for the same reasons and also
 * where what may be missing is missing. Neither the order of entries matters nor how they are spelled, nor who enforces
 * the policy.
 */
export function sameMeaning(a: ResolvedPolicy, b: ResolvedPolicy): boolean {
  return meaningOf(a) === meaningOf(b)
}

/** Where the access changes, in the order of the paths. Two policies with the same list give the same access everywhere. */
export function accessChangePoints({
  fileSystem,
  protectedNames,
}: ResolvedPolicy): readonly AccessChangePoint[] {
  if (fileSystem.kind === 'unrestricted') return [writableRoot({ kind: 'unrestricted' })]
  const stated = statedAccess(fileSystem)
  const root = stated.get(ROOT_PATH)
  if (root !== undefined && writesWholeDisk(fileSystem)) return [writableRoot(root.cause)]
  const all = new Map(stated)
  for (const { access, cause } of stated.values()) {
    if (access !== 'write' || cause.kind !== 'entry') continue
    for (const { path } of protectedPathsOf(cause.entry, protectedNames)) {
      if (mayBeImplied(stated, path)) all.set(path, { access: 'read', cause: { kind: 'protected-name' } })
    }
  }
  for (const path of readableDefaults(fileSystem)) {
    if (mayBeImplied(stated, path)) all.set(path, { access: 'read', cause: { kind: 'platform-default' } })
  }
  return [...all]
    .map(([path, statement]) => ({ path, ...statement, outside: accessOutside(all, path) }))
    .filter(({ access, outside }) => access !== outside)
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

interface Statement {
  readonly access: Access
  readonly cause: ChangeCause
}

type Statements = ReadonlyMap<AbsolutePath, Statement>

function writableRoot(cause: ChangeCause): AccessChangePoint {
  return { path: ROOT_PATH, access: 'write', outside: 'deny', cause }
}

/** What the entries say about their own paths. */
function statedAccess({ entries }: RestrictedFileSystemPolicy): Statements {
  return new Map(
    entries.map(({ path, ...given }) => {
      const entry = decidingEntry(entries, path) ?? { path, ...given }
      return [path, { access: entry.access, cause: { kind: 'entry', entry } }]
    }),
  )
}

/** Whether an implied `read` holds at `path`: an entry for it that says something else counts more. */
function mayBeImplied(stated: Statements, path: AbsolutePath): boolean {
  return (stated.get(path)?.access ?? 'read') === 'read'
}

/** The platform defaults that no entry above them mentions. */
function readableDefaults({ entries, platformDefaults }: RestrictedFileSystemPolicy): AbsolutePath[] {
  if (!platformDefaults) return []
  return PLATFORM_DEFAULT_PATHS.filter((path) => {
    const above = decidingEntry(
      entries.filter((entry) => entry.path !== path),
      path,
    )
    return above === undefined || (above.path === ROOT_PATH && above.access === 'deny')
  })
}

function accessOutside(all: Statements, path: AbsolutePath): Access {
  if (path === ROOT_PATH) return 'deny'
  const nearest = pathPrefixes(parentPath(path)).findLast((prefix) => all.has(prefix))
  return (nearest && all.get(nearest)?.access) ?? 'deny'
}

/** Equal texts are equal meanings. */
function meaningOf(policy: ResolvedPolicy): string {
  const { network, fileSystem } = policy
  return JSON.stringify([network, treeOf(policy), treeOf(withoutSkipped(policy)), globsOf(fileSystem)])
}

function treeOf(policy: ResolvedPolicy): unknown[] {
  return accessChangePoints(policy).map(({ path, access, cause }) => [
    path,
    access,
    cause.kind === 'platform-default',
  ])
}

/** What `policy` is on a disk that has none of the paths whose entries are skipped then. */
export function withoutSkipped(policy: ResolvedPolicy): ResolvedPolicy {
  const { fileSystem } = policy
  if (fileSystem.kind === 'unrestricted') return policy
  const entries = fileSystem.entries.filter(({ ifMissing }) => ifMissing !== 'skip')
  return { ...policy, fileSystem: { ...fileSystem, entries } }
}

function globsOf(fileSystem: ResolvedPolicy['fileSystem']): unknown {
  if (fileSystem.kind === 'unrestricted' || fileSystem.globs.length === 0) return []
  const { globs, globScanMaxDepth } = fileSystem
  const alternatives = globs.flatMap((glob) => glob.alternatives.map((form) => JSON.stringify(form)))
  return [globScanMaxDepth ?? null, [...new Set(alternatives)].toSorted()]
}
