import type { GlobAlternative } from './globs.js'
import type { AbsolutePath } from './path.js'
import type { Access, NetworkPermission, SpecialKind } from './profile.js'
import type { ProtectedName } from './protected-names.js'

/*
 * A policy in which every entry has its path. Types only: resolve.ts makes them, access.ts asks them.
 */

export interface ResolvedPolicy {
  readonly fileSystem: ResolvedFileSystem
  readonly network: NetworkPermission
  /** Somebody else has sandboxed the process already. */
  readonly isExternal: boolean
  readonly protectedNames: readonly ProtectedName[]
  /** What the profile says and this policy does not enforce, each with the reason. */
  readonly notes: readonly PolicyNote[]
}

export type ResolvedFileSystem = { readonly kind: 'unrestricted' } | RestrictedFileSystemPolicy

export interface RestrictedFileSystemPolicy {
  readonly kind: 'restricted'
  /** In the order of the document, which has no influence on their meaning. */
  readonly entries: readonly ResolvedEntry[]
  /** What they match is denied, whatever the entries say. */
  readonly globs: readonly ResolvedGlob[]
  /** Whether `PLATFORM_DEFAULT_PATHS` are readable. */
  readonly platformDefaults: boolean
  /** How many levels below its fixed part a glob is looked for; without it, all. */
  readonly globScanMaxDepth?: number
}

export interface ResolvedEntry {
  readonly path: AbsolutePath
  readonly access: Access
  readonly origin: Origin
  /** With `skip`, the entry counts only when its path exists as the sandbox starts. */
  readonly ifMissing: 'default' | 'skip'
  /** What the path was in the document, where it was no path. */
  readonly special?: SpecialKind
}

export interface ResolvedGlob {
  /** As the document spells it. */
  readonly pattern: string
  /** What it matches: the forms without braces, each from `/`. */
  readonly alternatives: readonly GlobAlternative[]
  readonly origin: Origin
}

/** Where an entry came from. */
export interface Origin {
  /** Index in the entries of the document. */
  readonly index: number
  /** As a person would write it: `/repo`, `**\/*.env`, `:workspace_roots/.git`. */
  readonly spelling: string
}

export interface PolicyNote {
  readonly kind:
    | 'tmpdir-without-path'
    | 'unknown-special'
    | 'glob-without-deny'
    | 'minimal-without-effect'
    | 'tilde-is-literal'
  /** One sentence. */
  readonly message: string
  readonly origin: Origin
}
