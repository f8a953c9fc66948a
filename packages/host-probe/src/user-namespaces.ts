import { nodeFiles, type HostFiles } from './host-files.js'

/** `allowed` as far as the switches tell: a container's own filter can still refuse. */
export type UserNamespaces =
  | { readonly kind: 'allowed' }
  /** A switch in `/proc/sys` forbids them to this user; `setting` is its file, `value` what it holds. */
  | {
      readonly kind: 'forbidden'
      readonly by: 'limit' | 'switch' | 'apparmor'
      readonly setting: string
      readonly value: string
    }

/**
 * The switches that forbid user namespaces, and the value with which they do. Who has CAP_SYS_ADMIN is exempt from all but the limit.
 *
 * @see user_namespaces(7), and Documentation/admin-guide/sysctl/user.rst in Linux 6.12
 */
const SWITCHES = [
  { by: 'limit', setting: '/proc/sys/user/max_user_namespaces', forbids: '0', bindsRoot: true },
  { by: 'switch', setting: '/proc/sys/kernel/unprivileged_userns_clone', forbids: '0', bindsRoot: false },
  {
    by: 'apparmor',
    setting: '/proc/sys/kernel/apparmor_restrict_unprivileged_userns',
    forbids: '1',
    bindsRoot: false,
  },
] as const

/** What the switches in `/proc/sys` say about user namespaces for root or for an ordinary user. */
export function describeUserNamespaces(isRoot: boolean, files: HostFiles = nodeFiles): UserNamespaces {
  for (const { by, setting, forbids, bindsRoot } of SWITCHES) {
    if (isRoot && !bindsRoot) continue
    const value = files.text(setting)?.trim()
    if (value === forbids) return { kind: 'forbidden', by, setting, value }
  }
  return { kind: 'allowed' }
}
