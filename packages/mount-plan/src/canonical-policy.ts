import type { ResolvedPolicy } from '@linux-sandbox/policy'
import { canonicalPath } from './canonical-path.js'
import type { DiskView } from './disk-view.js'

/**
 * `policy` with its entries at the objects that they name: they hold for those, and not for one spelling.
 *
 * @throws {PolicyUnsupportedError} when an entry leads nowhere, as for `canonicalPath`.
 */
export function withCanonicalEntries(policy: ResolvedPolicy, disk: DiskView): ResolvedPolicy {
  const { fileSystem } = policy
  if (fileSystem.kind === 'unrestricted') return policy
  const entries = fileSystem.entries.map((entry) => ({
    ...entry,
    path: canonicalPath(disk, entry.path).path,
  }))
  return { ...policy, fileSystem: { ...fileSystem, entries } }
}
