import type { ReadOnlyAccess, SandboxPolicy } from './sandbox-policy.js'

/**
 * `policy` as compact JSON, with the keys that its first writer wrote, in that order. `parseSandboxPolicy` gives an
 * equal policy back.
 */
export function printSandboxPolicy(policy: SandboxPolicy): string {
  return JSON.stringify(orderPolicy(policy))
}

function orderPolicy(policy: SandboxPolicy): object {
  const { type } = policy
  switch (type) {
    case 'danger-full-access':
      return { type }
    case 'read-only':
      return {
        type,
        ...readAccess('access', policy.access),
        ...(policy.network_access ? { network_access: true } : {}),
      }
    case 'external-sandbox':
      return { type, network_access: policy.network_access }
    case 'workspace-write':
      return {
        type,
        ...(policy.writable_roots.length === 0 ? {} : { writable_roots: policy.writable_roots }),
        ...readAccess('read_only_access', policy.read_only_access),
        network_access: policy.network_access,
        exclude_tmpdir_env_var: policy.exclude_tmpdir_env_var,
        exclude_slash_tmp: policy.exclude_slash_tmp,
      }
  }
}

function readAccess(key: string, access: ReadOnlyAccess): object {
  if (access.type === 'full-access') return {}
  const { type, include_platform_defaults, readable_roots: roots } = access
  return {
    [key]: { type, include_platform_defaults, ...(roots.length === 0 ? {} : { readable_roots: roots }) },
  }
}
