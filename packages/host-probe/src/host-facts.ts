import { describeAppArmor, type AppArmor } from './apparmor.js'
import { describeContainer, type Container } from './container.js'
import { nodeFiles, type HostFiles } from './host-files.js'
import { describeKernel, type KernelFacts } from './kernel.js'
import { describeLimits, type ProcessLimits } from './limits.js'
import { procMasks, readMounts, type Mount } from './mounts.js'
import { describeProcess, type ProcessStatus } from './process-status.js'
import { describeUserNamespaces, type UserNamespaces } from './user-namespaces.js'
import { describeWsl, type Wsl } from './wsl.js'

/** What this host says about itself. Plain data; reading it starts no process and waits for nobody. */
export interface HostFacts {
  readonly distribution: string
  readonly kernel: KernelFacts
  readonly process: ProcessStatus
  readonly userNamespaces: UserNamespaces
  readonly appArmor: AppArmor
  readonly container?: Container
  readonly wsl: Wsl
  readonly isInChroot: boolean
  /** Where something is mounted over a part of `/proc`. */
  readonly procMasks: readonly string[]
  readonly limits: ProcessLimits
  readonly hasProc: boolean
  readonly hasSharedMemory: boolean
  readonly hasTmp: boolean
}

export function describeHost(files: HostFiles = nodeFiles): HostFacts {
  const mounts = readMounts(files)
  const status = describeProcess(files)
  const container = describeContainer(mounts, files)
  return {
    distribution: /^PRETTY_NAME="?([^"\n]*)/m.exec(files.text('/etc/os-release') ?? '')?.[1] ?? '',
    kernel: describeKernel(files),
    process: status,
    userNamespaces: describeUserNamespaces(status.isPrivileged, files),
    appArmor: describeAppArmor(files),
    ...(container === undefined ? {} : { container }),
    wsl: describeWsl(files),
    isInChroot: isInChroot(mounts, files),
    procMasks: procMasks(mounts),
    limits: describeLimits(files),
    hasProc: files.text('/proc/self/status') !== undefined,
    hasSharedMemory: files.isDirectory('/dev/shm'),
    hasTmp: files.isDirectory('/tmp'),
  }
}

/** A process in a chroot sees no mount at its root, unless the directory is one; then only root can tell, by the first process. */
function isInChroot(mounts: readonly Mount[], files: HostFiles): boolean {
  if (mounts.length > 0 && !mounts.some(({ point }) => point === '/')) return true
  const first = files.identity('/proc/1/root/')
  const isSameNamespace = files.identity('/proc/1/ns/mnt') === files.identity('/proc/self/ns/mnt')
  return first !== undefined && isSameNamespace && first !== files.identity('/')
}
