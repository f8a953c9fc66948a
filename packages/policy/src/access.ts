import { matchesGlob } from './globs.js'
import { isInside, joinPath, pathPrefixes, type AbsolutePath } from './path.js'
import { PLATFORM_DEFAULT_PATHS } from './platform-defaults.js'
import { decidingEntry, writesWholeDisk } from './precedence.js'
import type { Access } from './profile.js'
import type { ProtectedName } from './protected-names.js'
import type {
  ResolvedEntry,
  ResolvedGlob,
  ResolvedPolicy,
  RestrictedFileSystemPolicy,
} from './resolved-policy.js'

/** What a command may do with a path, and which part of the policy says so. */
export interface AccessDecision {
  readonly access: Access
  readonly decidedBy: AccessReason
}

export type AccessReason =
  /** The policy does not restrict paths. */
  | { readonly kind: 'unrestricted' }
  /** `matched` is the path itself or the one above it that the pattern matches. */
  | { readonly kind: 'glob'; readonly glob: ResolvedGlob; readonly matched: AbsolutePath }
  | { readonly kind: 'entry'; readonly entry: ResolvedEntry }
  /** `path` is the protected one: `name` directly inside the root that `entry` makes writable. */
  | ProtectedPath
  /** `path` is one of `PLATFORM_DEFAULT_PATHS`. */
  | { readonly kind: 'platform-default'; readonly path: AbsolutePath }
  | { readonly kind: 'no-entry' }

export interface ProtectedPath {
  readonly kind: 'protected-name'
  readonly path: AbsolutePath
  readonly name: ProtectedName
  readonly entry: ResolvedEntry
}

/**
 * What a command may do with `path` under `policy`: the oracle that plans and sandboxes are tested against.
 *
 * Decides about names, not about what a disk has there: symbolic links are not followed, and an entry to be
 * skipped when missing counts as if its path existed.
 */
export function accessOf(policy: ResolvedPolicy, path: AbsolutePath): AccessDecision {
  const { fileSystem } = policy
  if (fileSystem.kind === 'unrestricted') return { access: 'write', decidedBy: { kind: 'unrestricted' } }
  return (
    decisionByGlob(fileSystem.globs, path) ??
    decisionByPlatformDefault(fileSystem, path) ??
    decisionByEntry(policy, fileSystem, path)
  )
}

/** What lies below a match is denied too: behind a directory that cannot be opened there is nothing to read. */
function decisionByGlob(globs: readonly ResolvedGlob[], path: AbsolutePath): AccessDecision | undefined {
  for (const glob of globs) {
    const matched = matchOf(glob, path)
    if (matched !== undefined) return { access: 'deny', decidedBy: { kind: 'glob', glob, matched } }
  }
  return undefined
}

/** What `glob` matches of `path` and the directories above it, the highest of several. */
export function matchOf(glob: ResolvedGlob, path: AbsolutePath): AbsolutePath | undefined {
  return pathPrefixes(path).find((prefix) => matchesGlob(glob.alternatives, prefix))
}

/** Defaults only fill what no entry mentions; `deny` on `/` mentions nothing, it is how a policy starts from zero. */
function decisionByPlatformDefault(
  { entries, platformDefaults }: RestrictedFileSystemPolicy,
  path: AbsolutePath,
): AccessDecision | undefined {
  if (!platformDefaults) return undefined
  const entry = decidingEntry(entries, path)
  if (entry !== undefined && !(entry.path === '/' && entry.access === 'deny')) return undefined
  const root = platformDefaultOf(path)
  return root && { access: 'read', decidedBy: { kind: 'platform-default', path: root } }
}

/** The one of `PLATFORM_DEFAULT_PATHS` that `path` is or lies below. */
export function platformDefaultOf(path: AbsolutePath): AbsolutePath | undefined {
  return PLATFORM_DEFAULT_PATHS.find((candidate) => isInside(path, candidate))
}

function decisionByEntry(
  policy: ResolvedPolicy,
  fileSystem: RestrictedFileSystemPolicy,
  path: AbsolutePath,
): AccessDecision {
  const entry = decidingEntry(fileSystem.entries, path)
  if (entry === undefined) return { access: 'deny', decidedBy: { kind: 'no-entry' } }
  if (entry.access === 'write' && !writesWholeDisk(fileSystem)) {
    // A grant at or below a protected path is deeper than the root, so it would have decided instead.
    const hit = protectedPathsOf(entry, policy.protectedNames).find((candidate) =>
      isInside(path, candidate.path),
    )
    if (hit !== undefined) return { access: 'read', decidedBy: hit }
  }
  return { access: entry.access, decidedBy: { kind: 'entry', entry } }
}

/** The protected paths of one writable root, also those that some deeper entry decides about. */
export function protectedPathsOf(entry: ResolvedEntry, names: readonly ProtectedName[]): ProtectedPath[] {
  return names.map((name) => ({ kind: 'protected-name', path: joinPath(entry.path, name.name), name, entry }))
}
