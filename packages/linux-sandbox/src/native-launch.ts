import type { MountPlan } from '@linux-sandbox/mount-plan'
import type { LaunchOperation, NamespaceName } from '@linux-sandbox/native'
import type { Making } from './backend.js'
import type { Confinement } from './confinement.js'
import { refuseWsl1 } from './doctor/refuse-wsl1.js'
import type { Host } from './host.js'
import { mountBackend, type MountBackend, type Mounting } from './mount-launch.js'

/**
 * Confines commands by namespaces and mounts that the native program makes itself.
 *
 * @throws {WslUnsupportedError} on WSL1.
 */
export function nativeBackend(
  confinement: Confinement,
  host: Host,
  { commands }: Pick<Making, 'commands'>,
): MountBackend {
  refuseWsl1()
  const namespaces = namespacesOf(confinement)
  return mountBackend(confinement, host, {
    commands,
    name: 'native',
    descriptor: () => undefined,
    namespaces,
    request: ({ fallback, mounts, proc }) => ({
      namespaces,
      operations: operationsOf(mounts, proc),
      ...(fallback === undefined ? {} : { fallbackOperations: operationsOf(fallback, 'host') }),
    }),
  })
}

function namespacesOf({
  network,
  pidNamespace,
}: Pick<Confinement, 'network' | 'pidNamespace'>): NamespaceName[] {
  return [
    'ipc',
    'uts',
    'cgroup',
    ...(pidNamespace === 'private' ? (['pid'] as const) : []),
    ...(network === 'private' ? (['network'] as const) : []),
  ]
}

/** They are in the order of the plan. */
function operationsOf({ operations }: MountPlan, proc: Mounting['proc']): LaunchOperation[] {
  return operations.filter(({ type }) => type !== 'proc' || proc === 'fresh')
}
