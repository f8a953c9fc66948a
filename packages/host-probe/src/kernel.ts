import { readFileSync } from 'node:fs'
import { release } from 'node:os'
import { spawnSync } from 'node:child_process'

/** What the kernel of this host says about itself and about user namespaces. */
export interface KernelFacts {
  /** For example `6.12.117+deb12-cloud-amd64`. */
  readonly release: string
  readonly userNamespaces: UserNamespaces
  /** Version of the Landlock ABI, 0 where Landlock is absent or off. */
  readonly landlockAbi: number
}

/** `allowed` as far as the switches tell: a container's own filter can still refuse. */
export type UserNamespaces =
  | { readonly kind: 'allowed' }
  /** A switch in `/proc/sys` forbids them to this user; `setting` is its file, `value` what it holds. */
  | { readonly kind: 'forbidden'; readonly setting: string; readonly value: string }

/**
 * The switches that forbid user namespaces, and the value with which they do. root is exempt from the first and the last.
 *
 * @see user_namespaces(7), and Documentation/admin-guide/sysctl/user.rst in Linux 6.12
 */
const SWITCHES = [
  { setting: '/proc/sys/kernel/unprivileged_userns_clone', forbids: '0', bindsRoot: false },
  { setting: '/proc/sys/user/max_user_namespaces', forbids: '0', bindsRoot: true },
  { setting: '/proc/sys/kernel/apparmor_restrict_unprivileged_userns', forbids: '1', bindsRoot: false },
] as const

/**
 * Facts about the running kernel. Starts `nativeProgram` once, to ask for the Landlock ABI: Node cannot make that call.
 */
export function describeKernel(nativeProgram: string): KernelFacts {
  return {
    release: release(),
    userNamespaces: describeUserNamespaces(process.geteuid?.() === 0),
    landlockAbi: landlockAbi(nativeProgram),
  }
}

/** What the switches in `/proc/sys` say about user namespaces for root or for an ordinary user. */
export function describeUserNamespaces(isRoot: boolean): UserNamespaces {
  for (const { setting, forbids, bindsRoot } of SWITCHES) {
    if (isRoot && !bindsRoot) continue
    const value = readSetting(setting)
    if (value === forbids) return { kind: 'forbidden', setting, value }
  }
  return { kind: 'allowed' }
}

function readSetting(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return undefined
  }
}

function landlockAbi(nativeProgram: string): number {
  const { stdout } = spawnSync(nativeProgram, ['landlock-abi'], { encoding: 'utf8', env: {} })
  const abi = Number.parseInt(stdout, 10)
  return Number.isNaN(abi) ? 0 : Math.max(abi, 0)
}
