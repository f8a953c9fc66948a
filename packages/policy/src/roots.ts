import { accessOf, protectedPathsOf, type ProtectedPath } from './access.js'
import type { AbsolutePath } from './path.js'
import { readsWholeDisk, writesWholeDisk } from './precedence.js'
import type { Access } from './profile.js'
import type { ResolvedEntry, ResolvedGlob, ResolvedPolicy } from './resolved-policy.js'

/*
 * What a policy comes to as a whole. Everything here is derived from accessOf and the precedence rule.
 */

/** Whether every path is readable. */
export function isFullDiskRead({ fileSystem }: ResolvedPolicy): boolean {
  return fileSystem.kind === 'unrestricted' || readsWholeDisk(fileSystem)
}

/** Whether every path is writable, protected names included. */
export function isFullDiskWrite({ fileSystem }: ResolvedPolicy): boolean {
  return fileSystem.kind === 'unrestricted' || writesWholeDisk(fileSystem)
}

/** The entries whose own path is readable, one for each path; none where the whole disk is. Without platform defaults. */
export function readableRoots(policy: ResolvedPolicy): readonly ResolvedEntry[] {
  return isFullDiskRead(policy) ? [] : effectiveEntries(policy, (access) => access !== 'deny')
}

/** The entries whose own path is writable, one for each path; none where the whole disk is. */
export function writableRoots(policy: ResolvedPolicy): readonly ResolvedEntry[] {
  return isFullDiskWrite(policy) ? [] : effectiveEntries(policy, (access) => access === 'write')
}

/** The entries whose own path is denied, one for each path, except one at `/`: there denied is what nothing grants. */
export function unreadableRoots(policy: ResolvedPolicy): readonly ResolvedEntry[] {
  return effectiveEntries(policy, (access) => access === 'deny').filter(({ path }) => path !== '/')
}

export function unreadableGlobs({ fileSystem }: ResolvedPolicy): readonly ResolvedGlob[] {
  return fileSystem.kind === 'unrestricted' ? [] : fileSystem.globs
}

/**
 * The paths in writable roots that are to be read-only because of their name, whether they exist or not. Those that
 * the policy lets the command write are not among them, nor those that an entry or a glob forbids in any case.
 */
export function protectedPaths(policy: ResolvedPolicy): readonly ProtectedPath[] {
  const certain = withoutEntriesThatMayVanish(policy)
  return writableRoots(policy)
    .flatMap((root) => protectedPathsOf(root, policy.protectedNames))
    .filter(({ path }) => accessOf(certain, path).decidedBy.kind === 'protected-name')
}

/** An entry that is skipped where its path is missing does not keep a command from creating that path. */
function withoutEntriesThatMayVanish(policy: ResolvedPolicy): ResolvedPolicy {
  const { fileSystem } = policy
  if (fileSystem.kind === 'unrestricted') return policy
  const entries = fileSystem.entries.filter(
    ({ ifMissing, access }) => ifMissing !== 'skip' || access === 'write',
  )
  return { ...policy, fileSystem: { ...fileSystem, entries } }
}

/** The deciding entries, so an entry that another one at its path outranks is not among them. */
function effectiveEntries(
  policy: ResolvedPolicy,
  isWanted: (access: Access) => boolean,
): readonly ResolvedEntry[] {
  if (policy.fileSystem.kind === 'unrestricted') return []
  const byPath = new Map<AbsolutePath, ResolvedEntry>()
  for (const { path } of policy.fileSystem.entries) {
    const { access, decidedBy } = accessOf(policy, path)
    if (decidedBy.kind === 'entry' && isWanted(access)) byPath.set(path, decidedBy.entry)
  }
  return [...byPath.values()]
}
