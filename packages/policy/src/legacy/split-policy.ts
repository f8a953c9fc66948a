import * as v from 'valibot'
import { parseDocument } from '../parse-document.js'
import { checkPlain } from '../plain-copy.js'
import { orderEntry } from '../print-profile.js'
import type { FileSystemEntry, NetworkPermission, PermissionProfile } from '../profile.js'
import { entriesSchema, globScanMaxDepthSchema, networkSchema } from '../profile-schema.js'
import { checkSchema } from '../schema-issues.js'

/*
 * A policy in two documents, one for files and one for the network: what came between the legacy policy and the
 * permission profile. The entries are those of a profile.
 */

/** The half for files. */
export type FileSystemPolicy =
  | { readonly kind: 'unrestricted' | 'external-sandbox' }
  | {
      readonly kind: 'restricted'
      readonly entries: readonly FileSystemEntry[]
      readonly glob_scan_max_depth?: number
    }

/**
 * The half for files that the JSON `text` is. Without `entries` nothing is granted.
 *
 * @throws {PolicyInvalidError} with everything that is wrong, each with its line and column in `text`; also for entries
 * with a kind that does not restrict: they would be without effect.
 */
export function parseFileSystemPolicy(text: string): FileSystemPolicy {
  return parseDocument(text, 'file system sandbox policy', (value) =>
    checkPlain(value, (plain) => checkSchema(fileSystemPolicySchema, plain)),
  )
}

/**
 * The half for the network that the JSON `text` is: `"restricted"` or `"enabled"`, with the quotation marks.
 *
 * @throws {PolicyInvalidError} for everything else.
 */
export function parseNetworkPolicy(text: string): NetworkPermission {
  return parseDocument(text, 'network sandbox policy', (value) => checkSchema(networkSchema, value))
}

/** `policy` as compact JSON. `deny` is written `none`: the first readers know no other word, later ones know both. */
export function printFileSystemPolicy(policy: FileSystemPolicy): string {
  if (policy.kind !== 'restricted') return JSON.stringify({ kind: policy.kind })
  const { kind, entries, glob_scan_max_depth: depth } = policy
  return JSON.stringify({
    kind,
    ...(depth === undefined ? {} : { glob_scan_max_depth: depth }),
    ...(entries.length === 0 ? {} : { entries: entries.map(orderSplitEntry) }),
  })
}

export function printNetworkPolicy(network: NetworkPermission): string {
  return JSON.stringify(network)
}

/** The profile that the two halves are together. */
export function profileFromSplit(
  fileSystem: FileSystemPolicy,
  network: NetworkPermission,
): PermissionProfile {
  switch (fileSystem.kind) {
    case 'external-sandbox':
      return { type: 'external', network }
    case 'unrestricted':
      return { type: 'managed', file_system: { type: 'unrestricted' }, network }
    case 'restricted': {
      const { kind, ...rest } = fileSystem
      return { type: 'managed', file_system: { type: kind, ...rest }, network }
    }
  }
}

const fileSystemPolicySchema: v.GenericSchema<unknown, FileSystemPolicy> = v.variant('kind', [
  withoutEntries('unrestricted'),
  withoutEntries('external-sandbox'),
  v.pipe(
    v.object({
      kind: v.literal('restricted'),
      entries: v.optional(entriesSchema, () => []),
      glob_scan_max_depth: globScanMaxDepthSchema,
    }),
    v.transform(({ kind, entries, glob_scan_max_depth: depth }) => ({
      kind,
      entries,
      ...(typeof depth === 'number' ? { glob_scan_max_depth: depth } : {}),
    })),
  ),
])

function withoutEntries<Kind extends 'unrestricted' | 'external-sandbox'>(kind: Kind) {
  const none = v.pipe(v.array(v.unknown()), v.empty('must be empty: entries have no effect with this kind'))
  return v.pipe(
    v.object({ kind: v.literal(kind), entries: v.optional(none) }),
    v.transform((value) => ({ kind: value.kind })),
  )
}

function orderSplitEntry(entry: FileSystemEntry): object {
  const ordered = orderEntry(entry)
  return ordered.access === 'deny' ? { ...ordered, access: 'none' } : ordered
}
