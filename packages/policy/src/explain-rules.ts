import { matchOf, platformDefaultOf, protectedPathsOf, type AccessReason } from './access.js'
import { depthOf, isInside, type AbsolutePath } from './path.js'
import { decidingEntry } from './precedence.js'
import type { Access } from './profile.js'
import type { ResolvedEntry, ResolvedPolicy, RestrictedFileSystemPolicy } from './resolved-policy.js'

/** A part of a policy that says something about a path. */
export type CoveringRule = Exclude<AccessReason, { kind: 'unrestricted' | 'no-entry' }>

type LocatedRule = Extract<CoveringRule, { kind: 'entry' | 'protected-name' }>

/** Everything in `policy` that covers `path`, in order of precedence; protected names also where they are lifted. */
export function coveringRules(
  { protectedNames }: ResolvedPolicy,
  { entries, globs, platformDefaults }: RestrictedFileSystemPolicy,
  path: AbsolutePath,
): CoveringRule[] {
  const byRank = coveringEntries(entries, path)
  const names = byRank
    .filter((entry) => entry.access === 'write' && decidingEntry(byRank, entry.path) === entry)
    .flatMap((entry) => protectedPathsOf(entry, protectedNames))
    .filter((name) => isInside(path, name.path))
  const located: LocatedRule[] = [...byRank.map((entry) => ({ kind: 'entry', entry }) as const), ...names]
  // The sort is stable: entries for one path keep their rank, and a name comes after the entries for its path.
  located.sort((a, b) => depthOf(locationOf(b)) - depthOf(locationOf(a)))
  return [
    ...globs.flatMap((glob): CoveringRule[] => {
      const matched = matchOf(glob, path)
      return matched === undefined ? [] : [{ kind: 'glob', glob, matched }]
    }),
    ...withPlatformDefault(located, platformDefaults ? platformDefaultOf(path) : undefined),
  ]
}

/** The path from which on downwards `rule` holds. */
export function locationOf(rule: LocatedRule): AbsolutePath {
  return rule.kind === 'entry' ? rule.entry.path : rule.path
}

/** What `rule` says about its path and below. */
export function accessGivenBy(rule: LocatedRule): Access {
  return rule.kind === 'entry' ? rule.entry.access : 'read'
}

function coveringEntries(entries: readonly ResolvedEntry[], path: AbsolutePath): ResolvedEntry[] {
  const ranked: ResolvedEntry[] = []
  let rest = entries.filter((entry) => isInside(path, entry.path))
  for (;;) {
    const next = decidingEntry(rest, path)
    if (next === undefined) return ranked
    ranked.push(next)
    rest = rest.filter((entry) => entry !== next)
  }
}

/** A platform default comes last, but before `deny` on `/`. */
function withPlatformDefault(
  located: readonly LocatedRule[],
  path: AbsolutePath | undefined,
): readonly CoveringRule[] {
  if (path === undefined) return located
  const found = located.findIndex((rule) => locationOf(rule) === '/' && accessGivenBy(rule) === 'deny')
  const at = found < 0 ? located.length : found
  return [...located.slice(0, at), { kind: 'platform-default', path }, ...located.slice(at)]
}
