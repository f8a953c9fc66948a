import type { AbsolutePath } from '../path.js'
import type { NetworkPermission } from '../profile.js'

/*
 * The types of the legacy format, spelled as on the wire, with every default filled in. No code lives here:
 * parsing is in sandbox-policy-schema.ts, meaning in profile-from-sandbox-policy.ts.
 */

/** What one command may do, as callers said it before there were permission profiles. */
export type SandboxPolicy =
  DangerFullAccessPolicy | ReadOnlySandboxPolicy | ExternalSandboxPolicy | WorkspaceWritePolicy

/** No sandbox. */
export interface DangerFullAccessPolicy {
  readonly type: 'danger-full-access'
}

/** Writes nothing. */
export interface ReadOnlySandboxPolicy {
  readonly type: 'read-only'
  readonly access: ReadOnlyAccess
  readonly network_access: boolean
}

/** Somebody else has sandboxed the process already; paths are not restricted again. */
export interface ExternalSandboxPolicy {
  readonly type: 'external-sandbox'
  readonly network_access: NetworkPermission
}

/** Writes the working directory, `/tmp`, `$TMPDIR` and `writable_roots`, but no protected name directly in one of them. */
export interface WorkspaceWritePolicy {
  readonly type: 'workspace-write'
  readonly writable_roots: readonly AbsolutePath[]
  readonly read_only_access: ReadOnlyAccess
  readonly network_access: boolean
  readonly exclude_tmpdir_env_var: boolean
  readonly exclude_slash_tmp: boolean
}

/** What may be read besides what may be written. */
export type ReadOnlyAccess = FullReadAccess | RestrictedReadAccess

export interface FullReadAccess {
  readonly type: 'full-access'
}

/** The working directory, `readable_roots`, and what programs need to start, if that is included. */
export interface RestrictedReadAccess {
  readonly type: 'restricted'
  readonly include_platform_defaults: boolean
  readonly readable_roots: readonly AbsolutePath[]
}
