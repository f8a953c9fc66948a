import { PolicyUnsupportedError } from '@linux-sandbox/errors'
import type { Access, AbsolutePath, ResolvedEntry } from '@linux-sandbox/policy'
import { canonicalPath } from './canonical-path.js'
import type { DiskView } from './disk-view.js'
import type { PlanNote } from './plan.js'
import type { RuleSet } from './rules.js'

/**
 * Adds every entry at its canonical path, so that an entry holds for the object that it names and not for one spelling of it.
 *
 * @returns what became of the entries that name nothing.
 * @throws {PolicyUnsupportedError} for a `read` or `deny` entry that names nothing in a place where the command could
 * create it.
 */
export function addEntryRules(rules: RuleSet, entries: readonly ResolvedEntry[], disk: DiskView): PlanNote[] {
  const missing: MissingEntry[] = []
  for (const entry of entries) {
    const { path, exists } = canonicalPath(disk, entry.path)
    if (exists) rules.add({ path, access: entry.access, cause: { kind: 'entry', origin: entry.origin } })
    else missing.push({ entry, path })
  }
  return missing.flatMap((one) => noteMissing(one, rules.accessAt(one.path)))
}

interface MissingEntry {
  readonly entry: ResolvedEntry
  readonly path: AbsolutePath
}

function noteMissing({ entry, path }: MissingEntry, around: Access): PlanNote[] {
  if (entry.access === 'write') {
    const message = `${path} does not exist, so there is nothing to make writable`
    return [{ kind: 'root-missing', path, message }]
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
