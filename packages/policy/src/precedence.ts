import { isInside, type AbsolutePath } from './path.js'
import type { Access } from './profile.js'
import type { ResolvedEntry, RestrictedFileSystemPolicy } from './resolved-policy.js'

/*
 * The one rule about entries: the deepest entry at or above a path decides, and at equal depth deny wins over
 * write, write over read. Globs, protected names and platform defaults come on top, in access.ts.
 */

const RANK: Readonly<Record<Access, number>> = { deny: 2, write: 1, read: 0 }

/** The entry that decides about `path`, the first in the document of equal ones; `undefined` when none covers it. */
export function decidingEntry(
  entries: readonly ResolvedEntry[],
  path: AbsolutePath,
): ResolvedEntry | undefined {
  let best: ResolvedEntry | undefined
  for (const entry of entries) {
    if (isInside(path, entry.path) && (best === undefined || outranks(entry, best))) best = entry
  }
  return best
}

/** Both cover one path, so the longer of the two is the deeper one. */
function outranks(entry: ResolvedEntry, other: ResolvedEntry): boolean {
  const deeper = entry.path.length - other.path.length
  return deeper > 0 || (deeper === 0 && RANK[entry.access] > RANK[other.access])
}

type EntriesAndGlobs = Pick<RestrictedFileSystemPolicy, 'entries' | 'globs'>

/** Whether `/` is readable and nothing is denied. */
export function readsWholeDisk({ entries, globs }: EntriesAndGlobs): boolean {
  return globs.length === 0 && grantsRoot(entries) && entries.every(({ access }) => access !== 'deny')
}

/** Whether `/` is writable and nothing narrows it. An entry that another one at its path outranks narrows nothing. */
export function writesWholeDisk({ entries, globs }: EntriesAndGlobs): boolean {
  return (
    globs.length === 0 &&
    grantsRoot(entries) &&
    entries.every(({ path }) => decidingEntry(entries, path)?.access === 'write')
  )
}

function grantsRoot(entries: readonly ResolvedEntry[]): boolean {
  return entries.some(({ path, access }) => path === '/' && access !== 'deny')
}
