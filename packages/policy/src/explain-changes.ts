import { accessOf, protectedPathsOf } from './access.js'
import type { CoveringRule } from './explain-rules.js'
import { isInside, type AbsolutePath } from './path.js'
import { decidingEntry, writesWholeDisk } from './precedence.js'
import type { Access } from './profile.js'
import type {
  ResolvedEntry,
  ResolvedGlob,
  ResolvedPolicy,
  RestrictedFileSystemPolicy,
} from './resolved-policy.js'

export interface PathAccess {
  readonly path: AbsolutePath
  readonly access: Access
}

/** The least that gives a path another access. */
export interface AccessChange {
  /** What the path has afterwards. */
  readonly access: Access
  /**
   * Deny globs, and entries for the path itself. No further entry outranks them, so they have to be changed or removed
   * first, which can change other paths too.
   */
  readonly obstacles: readonly Obstacle[]
  /** What to add to the entries. Absent where removing the obstacles is enough. */
  readonly entry?: PathAccess
  /**
   * Protected paths outside the path that become writable or read-only with it: names are protected unless all of `/`
   * is writable, and this change begins or ends that. Each holds downwards until an entry below it.
   */
  readonly sideEffects: readonly PathAccess[]
}

export type Obstacle = Extract<CoveringRule, { kind: 'glob' | 'entry' }>

const EVERY_ACCESS: readonly Access[] = ['deny', 'read', 'write']

/**
 * What would give `path` each access but `current`, from `deny` to `write`; `rules` are those that cover it.
 *
 * No entry is narrower than the one for the path itself: whatever covers a path stands at it or above it.
 */
export function changesOf(
  policy: ResolvedPolicy,
  fileSystem: RestrictedFileSystemPolicy,
  rules: readonly CoveringRule[],
  { path, access: current }: PathAccess,
): AccessChange[] {
  return EVERY_ACCESS.filter((access) => access !== current).map((access) => {
    const entry = { path, access }
    const obstacles = obstaclesOf(rules, entry)
    const cleared = without(fileSystem, obstacles)
    if (accessOf({ ...policy, fileSystem: cleared }, path).access === access) {
      return { access, obstacles, sideEffects: sideEffectsOf(policy, fileSystem, cleared, path) }
    }
    const changed = { ...cleared, entries: [...cleared.entries, resolvedEntry(entry)] }
    return { access, obstacles, entry, sideEffects: sideEffectsOf(policy, fileSystem, changed, path) }
  })
}

function obstaclesOf(rules: readonly CoveringRule[], wanted: PathAccess): Obstacle[] {
  if (wanted.access === 'deny') return []
  const added = resolvedEntry(wanted)
  return rules.filter(
    (rule): rule is Obstacle =>
      rule.kind === 'glob' ||
      (rule.kind === 'entry' && decidingEntry([added, rule.entry], wanted.path) === rule.entry),
  )
}

function without(
  fileSystem: RestrictedFileSystemPolicy,
  obstacles: readonly Obstacle[],
): RestrictedFileSystemPolicy {
  const isLeft = (rule: ResolvedEntry | ResolvedGlob): boolean =>
    obstacles.every((obstacle) => (obstacle.kind === 'glob' ? obstacle.glob : obstacle.entry) !== rule)
  return {
    ...fileSystem,
    entries: fileSystem.entries.filter(isLeft),
    globs: fileSystem.globs.filter(isLeft),
  }
}

function resolvedEntry({ path, access }: PathAccess): ResolvedEntry {
  return { path, access, origin: { index: -1, spelling: path }, ifMissing: 'default' }
}

function sideEffectsOf(
  { protectedNames }: ResolvedPolicy,
  before: RestrictedFileSystemPolicy,
  after: RestrictedFileSystemPolicy,
  path: AbsolutePath,
): PathAccess[] {
  const isWhole = writesWholeDisk(after)
  if (isWhole === writesWholeDisk(before)) return []
  const access = isWhole ? 'write' : 'read'
  const { entries } = isWhole ? before : after
  return entries
    .filter((entry) => entry.access === 'write' && decidingEntry(entries, entry.path) === entry)
    .flatMap((entry) => protectedPathsOf(entry, protectedNames))
    .filter((name) => !isInside(name.path, path) && decidingEntry(entries, name.path) === name.entry)
    .map((name) => ({ path: name.path, access }))
}
