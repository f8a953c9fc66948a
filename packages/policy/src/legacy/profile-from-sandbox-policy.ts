import { accessOf } from '../access.js'
import { freezeDeep } from '../freeze.js'
import type { AbsolutePath } from '../path.js'
import { dangerFullAccess, readOnly } from '../presets.js'
import type { FileSystemEntry, NetworkPermission, PermissionProfile } from '../profile.js'
import { resolvePolicy, type ResolveContext } from '../resolve.js'
import { grant, literal, restricted, special, workspaceEntries } from '../workspace-entries.js'
import type { ReadOnlyAccess, SandboxPolicy, WorkspaceWritePolicy } from './sandbox-policy.js'

/**
 * The profile that means what `policy` means in `context`: its working directory is named in the profile, `/tmp` and
 * `$TMPDIR` are not.
 *
 * What may be both read and written may be written: a readable root in a writable one makes nothing there read-only.
 */
export function profileFromSandboxPolicy(policy: SandboxPolicy, context: ResolveContext): PermissionProfile {
  switch (policy.type) {
    case 'danger-full-access':
      return dangerFullAccess()
    case 'external-sandbox':
      return Object.freeze({ type: 'external', network: policy.network_access })
    case 'read-only': {
      const network = networkOf(policy)
      if (policy.access.type === 'full-access') return readOnly({ network })
      const entries = [grant(literal(context.cwd), 'read'), ...readEntries(policy.access)]
      return freezeDeep(restricted(entries, network))
    }
    case 'workspace-write':
      return freezeDeep(workspaceProfile(policy, context))
  }
}

function workspaceProfile(policy: WorkspaceWritePolicy, context: ResolveContext): PermissionProfile {
  const network = networkOf(policy)
  const writes = workspaceEntries({
    root: context.cwd,
    writableRoots: policy.writable_roots,
    slashTmp: !policy.exclude_slash_tmp,
    tmpdir: !policy.exclude_tmpdir_env_var,
  })
  const written = resolvePolicy(restricted(writes, network), context)
  const isWritten = (path: AbsolutePath) => accessOf(written, path).access === 'write'
  const reads = readEntries(policy.read_only_access).filter(
    ({ path }) => path.type !== 'path' || !isWritten(path.path),
  )
  return restricted([...reads, ...writes], network)
}

function readEntries(access: ReadOnlyAccess): FileSystemEntry[] {
  if (access.type === 'full-access') return [grant(special({ kind: 'root' }), 'read')]
  return [
    ...(access.include_platform_defaults ? [grant(special({ kind: 'minimal' }), 'read')] : []),
    ...access.readable_roots.map((path) => grant(literal(path), 'read')),
  ]
}

function networkOf({ network_access: isOpen }: { readonly network_access: boolean }): NetworkPermission {
  return isOpen ? 'enabled' : 'restricted'
}
