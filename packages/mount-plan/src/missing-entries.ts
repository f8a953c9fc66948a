import { PolicyUnsupportedError } from '@linux-sandbox/errors'
import { parentPath, type AbsolutePath } from '@linux-sandbox/policy'
import type { LocatedEntry } from './entry-rules.js'
import type { Placeholders } from './placeholders.js'
import type { PlanNote } from './plan.js'
import { isStronger, sortedByDepth, type RuleSet } from './rules.js'

/** What the entries say about paths that do not exist: of several for one path the one that counts. */
export interface MissingEntries {
  readonly entries: readonly LocatedEntry[]
  /** What may be written once it exists. Nothing can be mounted there. */
  readonly writable: ReadonlySet<AbsolutePath>
  readonly notes: readonly PlanNote[]
}

/** Looks at entries without a path on this disk. What only counts where its path exists is noted, if the command could create it. */
export function missingEntries(located: readonly LocatedEntry[], rules: RuleSet): MissingEntries {
  const counting = new Map<AbsolutePath, LocatedEntry>()
  const notes: PlanNote[] = []
  for (const one of located) {
    const { entry, path } = one
    if (entry.ifMissing === 'skip') {
      if (entry.access === 'write') notes.push(noteNothingToWrite(path))
      else if (rules.accessAt(path) === 'write') notes.push(noteSkipped(path))
      continue
    }
    const known = counting.get(path)
    if (known === undefined || isStronger(entry.access, known.entry.access)) counting.set(path, one)
  }
  const entries = sortedByDepth(counting.values())
  const writable = entries.filter(({ entry }) => entry.access === 'write').map(({ path }) => path)
  return { entries, writable: new Set(writable), notes: [...notes, ...writable.map(noteNothingToWrite)] }
}

/**
 * Keeps the command from creating what `missing` denies or makes read-only. Broader entries first: what one of them has settled needs
 * nothing more.
 *
 * @returns whether what may be written has come to exist, because it leads to something else that had to.
 * @throws {PolicyUnsupportedError} where that takes a placeholder and there are to be none.
 */
export function coverMissing(missing: MissingEntries, rules: RuleSet, placeholders: Placeholders): boolean {
  for (const { entry, path } of missing.entries) {
    const around = rules.ruleFor(parentPath(path))
    if (entry.access === 'write' || around?.access !== 'write') continue
    const cause = { kind: 'entry', origin: entry.origin } as const
    // What a command leaves in a place of its own is nobody's to trust, and a mask needs nothing to be there.
    if (around.content === 'fresh') {
      if (entry.access === 'deny') rules.add({ path, access: 'deny', cause })
      continue
    }
    const outcome = placeholders.prepare({ path, cause }, rules)
    if (outcome === 'impossible') throw couldBeCreated(entry.access, entry.path)
    if (outcome === 'placeholder') rules.add({ path, access: entry.access, cause })
  }
  const made = missing.entries.filter(({ entry, path }) => entry.access === 'write' && placeholders.has(path))
  for (const { entry, path } of made) {
    rules.add({ path, access: 'write', cause: { kind: 'entry', origin: entry.origin } })
  }
  return made.length > 0
}

function noteNothingToWrite(path: AbsolutePath): PlanNote {
  const message = `${path} does not exist, so there is nothing to make writable`
  return { kind: 'root-missing', path, message }
}

function noteSkipped(path: AbsolutePath): PlanNote {
  return { kind: 'rule-missing', path, message: `${path} does not exist; the command can create it` }
}

function couldBeCreated(access: string, path: AbsolutePath): PolicyUnsupportedError {
  return new PolicyUnsupportedError(
    `${access} on ${path}`,
    'it does not exist, and the command could create it there',
    { hint: `create it before the run, or let the entry be skipped: "missing_path_behavior": "skip"` },
  )
}
