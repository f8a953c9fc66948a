import { PolicyUnsupportedError } from '@linux-sandbox/errors'
import type { AbsolutePath, ResolvedEntry } from '@linux-sandbox/policy'
import { PathFinder, type CanonicalPath, type Link } from './canonical-path.js'
import type { DiskView } from './disk-view.js'
import type { PlanNote } from './plan.js'
import { RuleSet } from './rules.js'

/** An entry, and what it names on this disk. */
export interface LocatedEntry extends CanonicalPath {
  readonly entry: ResolvedEntry
}

/** An entry that names something by a symbolic link which the command can replace. */
export interface ReplaceableEntry {
  readonly one: LocatedEntry
  readonly link: Link
}

export interface EntryRules {
  readonly rules: RuleSet
  /** Without a rule as yet. */
  readonly replaceable: readonly ReplaceableEntry[]
  /** The entries whose path does not exist. */
  readonly missing: readonly LocatedEntry[]
  /** The entries that grant something which exists. */
  readonly granting: readonly LocatedEntry[]
  /** The places of the links by which the policy names what may be written. */
  readonly writtenLinks: ReadonlySet<AbsolutePath>
  readonly notes: readonly PlanNote[]
}

/**
 * The rule of every entry, at its canonical path: an entry holds for the object that it names and not for one spelling of it.
 *
 * @throws {PolicyUnsupportedError} for an entry whose path goes through a symbolic link that the command can replace: next time it
 * would name what the command chose.
 */
export function entryRules(entries: readonly ResolvedEntry[], disk: DiskView): EntryRules {
  const notes: PlanNote[] = []
  const finder = new PathFinder(disk)
  const located = entries
    .map((entry): LocatedEntry => ({ entry, ...finder.find(entry.path) }))
    .filter((one) => {
      const note = noteNoDirectory(one, disk)
      if (note !== undefined) notes.push(note)
      return note === undefined
    })
  const { certain, replaceable, rules } = byReplaceableLink(located)
  const granting = located.filter(({ entry, exists }) => exists && entry.access !== 'deny')
  const writing = granting.filter(({ entry }) => entry.access === 'write')
  return {
    rules,
    replaceable,
    missing: certain.filter(({ exists }) => !exists),
    granting,
    writtenLinks: new Set(writing.flatMap(({ links }) => links.map(({ path }) => path))),
    notes,
  }
}

function rulesOf(located: readonly LocatedEntry[]): RuleSet {
  const rules = new RuleSet()
  for (const { entry, path, exists } of located) {
    if (exists) rules.add({ path, access: entry.access, cause: { kind: 'entry', origin: entry.origin } })
  }
  return rules
}

/** `/tmp` as a file or a device is no place for temporary files, and nobody meant it when asking for one. */
function noteNoDirectory({ entry, path, exists }: LocatedEntry, disk: DiskView): PlanNote | undefined {
  if (entry.special !== 'slash_tmp' || entry.access === 'deny' || !exists) return undefined
  if (disk.kindOf(path) === 'directory') return undefined
  return { kind: 'root-missing', path, message: `${path} is no directory, so there is nothing to grant` }
}

/** The entries apart, and the rules of those that are certain. */
function byReplaceableLink(located: readonly LocatedEntry[]): {
  readonly certain: readonly LocatedEntry[]
  readonly replaceable: readonly ReplaceableEntry[]
  readonly rules: RuleSet
} {
  const all = rulesOf(located)
  const certain: LocatedEntry[] = []
  const replaceable: ReplaceableEntry[] = []
  for (const one of located) {
    const link = one.links.find(({ path }) => all.accessAt(path) === 'write')
    if (link === undefined || isWithoutEffect(one)) certain.push(one)
    else replaceable.push({ one, link })
  }
  return { certain, replaceable, rules: replaceable.length === 0 ? all : rulesOf(certain) }
}

function isWithoutEffect({ entry, exists }: LocatedEntry): boolean {
  return !exists && (entry.access === 'write' || entry.ifMissing === 'skip')
}

/**
 * Settles entries whose path goes through a link that the command can replace: next time they would name what the command chose. A
 * grant to write what may be written anyway may stay, and the names in it are protected; one to read, or a denial, would keep the
 * command from nothing that it puts in the place of the link.
 *
 * @returns what became of `$TMPDIR`, which is nobody's decision about this command and must not keep it from running.
 * @throws {PolicyUnsupportedError} for any other entry.
 */
export function settleReplaceable(replaceable: readonly ReplaceableEntry[], rules: RuleSet): PlanNote[] {
  return replaceable.flatMap(({ one: { entry, path }, link }): PlanNote[] => {
    if (entry.access === 'write' && rules.accessAt(path) === 'write') {
      rules.add({ path, access: entry.access, cause: { kind: 'entry', origin: entry.origin } })
      return []
    }
    const problem = `it goes through the symbolic link ${link.path}, which the command can replace`
    if (entry.special === 'tmpdir' && entry.access !== 'deny') {
      return [{ kind: 'root-unsafe', path, message: `${entry.path} is not granted: ${problem}` }]
    }
    throw new PolicyUnsupportedError(`${entry.access} on ${entry.path}`, problem, {
      hint: `name what it leads to: ${path}`,
    })
  })
}
