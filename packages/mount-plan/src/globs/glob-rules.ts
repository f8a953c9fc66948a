import { PolicyUnsupportedError } from '@linux-sandbox/errors'
import {
  absolutePath,
  isInside,
  parentPath,
  type AbsolutePath,
  type ResolvedGlob,
} from '@linux-sandbox/policy'
import { canonicalPath, type CanonicalPath } from '../canonical-path.js'
import type { DiskView } from '../disk-view.js'
import type { PlanNote } from '../plan.js'
import type { RuleSet } from '../rules.js'
import { globSearches } from './glob-search.js'
import { Reach } from './reach.js'
import { walkMatches, type GlobMatch } from './walk.js'

/** More matches than this are refused: each is a mount, and a plan of that size helps nobody. */
const MAX_MATCHES = 8192

export interface GlobRuleOptions {
  readonly disk: DiskView
  /** How many levels below its fixed part a glob is looked for; all of them when not given. */
  readonly maxDepth?: number | undefined
}

/**
 * Denies all that `globs` match on the disk now, with everything in it, whatever rules there are: so all grants have to be in `rules` when
 * this is called. A symlink that matches denies what it leads to, because nothing can be mounted on the link itself.
 *
 * @returns a note for each glob and link that leads to nothing where the command could create it.
 * @throws {PolicyUnsupportedError} for a glob without a fixed directory, for more than 8192 matches, for a match that leads to `/`,
 * and for one that has no UTF-8 name.
 */
export function addGlobRules(
  rules: RuleSet,
  globs: readonly ResolvedGlob[],
  { disk, maxDepth = Infinity }: GlobRuleOptions,
): PlanNote[] {
  if (globs.length === 0) return []
  const reach = new Reach(rules)
  const { searches, missing } = globSearches(globs, disk)
  const matches = new Map<AbsolutePath, GlobMatch>()
  for (const search of searches) {
    for (const match of walkMatches(search, { disk, reach, maxDepth })) {
      const known = matches.get(match.path)
      if (known !== undefined && known.glob.origin.index <= match.glob.origin.index) continue
      matches.set(match.path, match)
      if (matches.size > MAX_MATCHES) throw tooMany(match.glob)
    }
  }
  const notes = missing.map(({ path, glob }) => noteNothing(path, `there is no directory ${path}`, glob))
  for (const match of matches.values()) {
    if (isBehindMatch(match, matches)) continue
    const target = match.kind === 'symlink' ? targetOf(match, disk) : { path: match.path, exists: true }
    if (target === undefined) continue
    const { path, exists } = target
    if (exists) denyWhole(rules, { reach, path, match })
    else notes.push(noteNothing(path, `${match.path} leads to ${path}, which does not exist`, match.glob))
  }
  return notes.filter(({ path }) => reach.at(path) === 'write').toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

/** Whether a glob denies a directory above: what one of them finds there, others may not have looked for. */
function isBehindMatch({ path }: GlobMatch, matches: ReadonlyMap<AbsolutePath, GlobMatch>): boolean {
  for (let at = parentPath(path); at !== '/'; at = parentPath(at)) {
    const above = matches.get(at)
    if (above !== undefined && above.kind !== 'symlink') return true
  }
  return false
}

interface Denial {
  readonly reach: Reach
  readonly path: AbsolutePath
  readonly match: GlobMatch
}

function denyWhole(rules: RuleSet, { reach, path, match }: Denial): void {
  const { glob } = match
  if (path === '/') {
    throw new PolicyUnsupportedError(
      `the glob ${glob.pattern}`,
      `it matches ${match.path}, which leads to /`,
      {
        hint: `remove the link: rm ${match.path}`,
      },
    )
  }
  if (reach.isClosed(path, reach.at(path))) return
  // A rule at the path alone would leave reopened what the entries grant below it.
  for (const denied of [path, ...reach.grantsWithin(path)]) {
    rules.add({ path: denied, access: 'deny', cause: { kind: 'entry', origin: glob.origin } })
  }
}

/** What the link leads to; `undefined` when it is in a loop, or when the sandbox has something of its own there. */
function targetOf({ path }: GlobMatch, disk: DiskView): CanonicalPath | undefined {
  try {
    const target = canonicalPath(disk, path)
    return isOwnPlace(target.path) ? undefined : target
  } catch (error) {
    if (error instanceof PolicyUnsupportedError) return undefined
    throw error
  }
}

function isOwnPlace(path: AbsolutePath): boolean {
  if (isInside(path, absolutePath('/dev/shm'))) return false
  return isInside(path, absolutePath('/dev')) || isInside(path, absolutePath('/proc'))
}

function noteNothing(path: AbsolutePath, what: string, { pattern }: ResolvedGlob): PlanNote {
  const message = `${what}, so ${pattern} denies nothing there; the command can create it`
  return { kind: 'rule-missing', path, message }
}

function tooMany({ pattern }: ResolvedGlob): PolicyUnsupportedError {
  return new PolicyUnsupportedError(`the glob ${pattern}`, `globs match more than ${MAX_MATCHES} paths`, {
    hint: 'deny the directories that hold them by entries of the policy, or take a narrower pattern',
  })
}
