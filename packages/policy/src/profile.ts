import type { AbsolutePath } from './path.js'

/*
 * The types of the wire format, spelled as on the wire. No code lives here: parsing is in profile-schema.ts,
 * meaning in resolve.ts.
 */

export type Access = 'read' | 'write' | 'deny'

export type NetworkPermission = 'restricted' | 'enabled'

/** What one command may do. */
export type PermissionProfile = ManagedProfile | DisabledProfile | ExternalProfile

/** The sandbox enforces `file_system` and `network`. */
export interface ManagedProfile {
  readonly type: 'managed'
  readonly file_system: FileSystemPermissions
  readonly network: NetworkPermission
}

/** No sandbox: every path is writable and the network is open. */
export interface DisabledProfile {
  readonly type: 'disabled'
}

/** Somebody else has sandboxed the process already; paths are not restricted again. */
export interface ExternalProfile {
  readonly type: 'external'
  readonly network: NetworkPermission
}

export type FileSystemPermissions = UnrestrictedFileSystem | RestrictedFileSystem

export interface UnrestrictedFileSystem {
  readonly type: 'unrestricted'
}

/** What no entry covers is denied. */
export interface RestrictedFileSystem {
  readonly type: 'restricted'
  readonly entries: readonly FileSystemEntry[]
  /** How many levels below its fixed part a glob is looked for; 1 is direct children. Without it, all. */
  readonly glob_scan_max_depth?: number
}

export interface FileSystemEntry {
  readonly path: EntryPath
  readonly access: Access
  /** With `skip`, the entry counts only when its path exists as the sandbox starts. */
  readonly missing_path_behavior?: 'skip'
}

export type EntryPath = LiteralPath | GlobPath | SpecialPath

export interface LiteralPath {
  readonly type: 'path'
  readonly path: AbsolutePath
}

/** Means something with `deny` only. Relative patterns start at the working directory of the policy. */
export interface GlobPath {
  readonly type: 'glob_pattern'
  readonly pattern: string
}

export interface SpecialPath {
  readonly type: 'special'
  readonly value: SpecialValue
}

export type SpecialKind = SpecialValue['kind']

export type SpecialValue =
  | { readonly kind: 'root' }
  /** What every program needs to start: system libraries and the like. */
  | { readonly kind: 'minimal' }
  /** The working directory of the policy, or `subpath` in it. */
  | { readonly kind: 'project_roots'; readonly subpath?: string }
  /** `$TMPDIR`. */
  | { readonly kind: 'tmpdir' }
  | { readonly kind: 'slash_tmp' }
  /** From a later version of the format: kept, and without effect. */
  | { readonly kind: 'unknown'; readonly path: string; readonly subpath?: string }
