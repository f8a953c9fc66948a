import type { Access, AbsolutePath } from '@linux-sandbox/policy'
import type { Located, Place } from './place.js'
import type { NetworkDefinition } from './read-network.js'

/*
 * A profile as it is defined, before it is known for which directories. Types only.
 */

/** What an entry of a profile is about. */
export type Target =
  | { readonly kind: 'special'; readonly special: 'root' | 'minimal' | 'tmpdir' | 'slash_tmp' }
  | { readonly kind: 'path'; readonly path: AbsolutePath }
  | { readonly kind: 'pattern'; readonly pattern: string }
  /** In each workspace root; `subpath` is `''` for the root itself. */
  | { readonly kind: 'workspace'; readonly subpath: string }
  | { readonly kind: 'workspace-pattern'; readonly pattern: string }

export interface ProfileEntry {
  readonly target: Target
  readonly access: Access
  readonly place: Place
}

export interface WorkspaceRoot {
  readonly enabled: boolean
  readonly place: Place
}

/** Entries by what they are about, in one spelling for each: a child replaces what its parent says of the same. */
export type EntryMap = Map<string, ProfileEntry>

/** `[permissions.<name>]` as it is written. */
export interface ProfileDefinition {
  readonly name: string
  readonly place: Place
  readonly description: string | undefined
  readonly parent: Located<string> | undefined
  readonly roots: ReadonlyMap<AbsolutePath, WorkspaceRoot>
  readonly entries: EntryMap
  readonly globScanMaxDepth: number | undefined
  readonly network: NetworkDefinition
}

/** The one spelling of `target`. `/` and `:root` are the same, and so are `/tmp` and `:slash_tmp`. */
export function targetKey(target: Target): string {
  switch (target.kind) {
    case 'special':
      return { root: '/', slash_tmp: '/tmp', minimal: ':minimal', tmpdir: ':tmpdir' }[target.special]
    case 'path':
      return target.path
    case 'pattern':
      return target.pattern
    case 'workspace':
      return target.subpath === '' ? ':workspace_roots' : `:workspace_roots/${target.subpath}`
    case 'workspace-pattern':
      return `:workspace_roots/${target.pattern}`
  }
}
