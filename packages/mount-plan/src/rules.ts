import { PolicyUnsupportedError } from '@linux-sandbox/errors'
import {
  depthOf,
  parentPath,
  type Access,
  type AbsolutePath,
  type ResolvedEntry,
} from '@linux-sandbox/policy'
import { canonicalPath } from './canonical-path.js'
import type { DiskView } from './disk-view.js'
import type { PlanNote } from './plan.js'

/** An entry of the policy, at the place that it names on this disk. */
export interface Rule {
  /** Canonical path. */
  readonly path: AbsolutePath
  readonly access: Access
  /** What the rules above this one give to its path. `deny` where there is none. */
  readonly inherited: Access
  readonly entry: ResolvedEntry
}

/** The rules of a policy on one disk, those with the shallowest path first, and what became of the others. */
export interface Rules {
  readonly rules: readonly Rule[]
  readonly notes: readonly PlanNote[]
}

const STRENGTH: Readonly<Record<Access, number>> = { deny: 2, write: 1, read: 0 }

/**
 * Puts every entry at its canonical path, so that an entry holds for the object that it names and not for one spelling of
 * it. One rule for each path: of several entries for the same object `deny` wins over `write` over `read`.
 *
 * @throws {PolicyUnsupportedError} for a `read` or `deny` entry that names nothing in a place where the command could
 * create it.
 */
export function rulesOnDisk(entries: readonly ResolvedEntry[], disk: DiskView): Rules {
  const strongest = new Map<AbsolutePath, ResolvedEntry>()
  const missing: { readonly entry: ResolvedEntry; readonly path: AbsolutePath }[] = []
  for (const entry of entries) {
    const { path, exists } = canonicalPath(disk, entry.path)
    if (!exists) {
      missing.push({ entry, path })
      continue
    }
    const known = strongest.get(path)
    if (known === undefined || STRENGTH[entry.access] > STRENGTH[known.access]) strongest.set(path, entry)
  }

  const rules = [...strongest].map(([path, entry]): Rule => {
    const inherited = path === '/' ? 'deny' : accessAt(strongest, parentPath(path))
    return { path, access: entry.access, inherited, entry }
  })
  rules.sort((a, b) => depthOf(a.path) - depthOf(b.path) || compare(a.path, b.path))
  return { rules, notes: missing.flatMap((one) => noteMissing(one, accessAt(strongest, one.path))) }
}

/** What the deepest rule at or above `path` gives. */
function accessAt(rules: ReadonlyMap<AbsolutePath, ResolvedEntry>, path: AbsolutePath): Access {
  for (let at = path; ; at = parentPath(at)) {
    const entry = rules.get(at)
    if (entry !== undefined) return entry.access
    if (at === '/') return 'deny'
  }
}

function noteMissing(
  { entry, path }: { readonly entry: ResolvedEntry; readonly path: AbsolutePath },
  around: Access,
): PlanNote[] {
  if (entry.access === 'write') {
    return [
      { kind: 'root-missing', path, message: `${path} does not exist, so there is nothing to make writable` },
    ]
  }
  if (around !== 'write') return []
  if (entry.ifMissing === 'skip') {
    return [{ kind: 'rule-missing', path, message: `${path} does not exist; the command can create it` }]
  }
  throw new PolicyUnsupportedError(
    `${entry.access} on ${entry.path}`,
    'it does not exist, and the command could create it there',
    { hint: `create it before the run, or let the entry be skipped: "missing_path_behavior": "skip"` },
  )
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
