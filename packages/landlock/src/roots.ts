import { PolicyUnsupportedError } from '@linux-sandbox/errors'
import {
  canonicalPath,
  entryRules,
  missingEntries,
  settleReplaceable,
  type DiskView,
  type PlanNote,
} from '@linux-sandbox/mount-plan'
import {
  isInside,
  joinPath,
  type AbsolutePath,
  type ResolvedPolicy,
  type RestrictedFileSystemPolicy,
} from '@linux-sandbox/policy'

/** Where a command may write. */
export interface WritableRoots {
  /** Canonical paths of what exists. */
  readonly roots: readonly AbsolutePath[]
  /** What was left out. */
  readonly notes: readonly PlanNote[]
}

/**
 * What the entries of a policy that reads everything let the command write on this disk.
 *
 * @throws {PolicyUnsupportedError} for an entry that takes something away in a writable directory: rules of Landlock only
 * give. One for a protected name does not count: a note says of all of them that they stay writable.
 */
export function writableRootsOn(
  disk: DiskView,
  { entries }: RestrictedFileSystemPolicy,
  { protectedNames }: ResolvedPolicy,
): WritableRoots {
  const isProtectedIn = (roots: readonly AbsolutePath[], path: AbsolutePath): boolean =>
    roots.some((root) => protectedNames.some(({ name }) => path === joinPath(root, name)))
  const canonical = (path: AbsolutePath): AbsolutePath => canonicalPath(disk, path).path
  const written = entries.filter(({ access }) => access === 'write').map(({ path }) => path)
  const places = written.map(canonical)
  const enforced = entries.filter(
    ({ access, path }) =>
      access !== 'read' || !(isProtectedIn(written, path) || isProtectedIn(places, canonical(path))),
  )

  const { rules, replaceable, missing, notes } = entryRules(enforced, disk)
  const linkNotes = settleReplaceable(replaceable, rules)
  const absent = missingEntries(missing, rules)
  const roots = rules
    .all()
    .filter(({ access }) => access === 'write')
    .map(({ path }) => path)

  const narrowing = [
    ...rules.all(),
    ...absent.entries.map(({ entry: { access, origin }, path }) => ({
      path,
      access,
      cause: { kind: 'entry', origin } as const,
    })),
  ].find(({ access, path }) => access !== 'write' && roots.some((root) => isInside(path, root)))
  if (narrowing?.cause.kind === 'entry') {
    throw new PolicyUnsupportedError(
      `${narrowing.access} on ${narrowing.cause.origin.spelling}`,
      'it lies in a directory that the policy makes writable, and Landlock can take nothing away there',
      { hint: 'use bubblewrap, or make only directories writable that hold no exception' },
    )
  }
  return {
    roots,
    notes: [...notes, ...linkNotes, ...absent.notes.filter(({ kind }) => kind === 'root-missing')],
  }
}
