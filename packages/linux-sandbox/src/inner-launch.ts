import { PolicyUnsupportedError } from '@linux-sandbox/errors'
import { nodeFiles } from '@linux-sandbox/host-probe'
import type { Backend, Making } from './backend.js'
import type { Confinement } from './confinement.js'
import { commandFilter } from './filter.js'
import type { Host } from './host.js'
import { NEEDS_MOUNT_OR_NAMESPACE, refuseOptions, type RefusedOption } from './refused-options.js'

/** That files and processes are confined by somebody else, if at all. */
export interface InnerNote {
  readonly kind: 'inner-stage'
  readonly message: string
}

const NOTE: InnerNote = {
  kind: 'inner-stage',
  message:
    'only the filter of system calls was loaded: paths, processes and the network are the matter of the sandbox around it',
}

const FILTERS = { host: 'host-network', private: 'private-network', none: 'no-network' } as const

/** Whether the network is one that a sandbox has, as far as can be seen. @see proc_pid_net(5), /proc/pid/net/dev */
function hasOnlyLoopback(): boolean {
  const table = nodeFiles.text('/proc/self/net/dev') ?? ''
  const names = [...table.matchAll(/^ *(\S+):/gm)].map(([, name]) => name)
  return names.length === 1 && names[0] === 'lo'
}

/**
 * Loads the filter of system calls and nothing else, in a sandbox that somebody else has made: with a network namespace of its own where the
 * policy restricts the network: where there is none, the command gets no sockets. A command that still has a capability is not started: no sandbox leaves one.
 *
 * @throws {PolicyUnsupportedError} for an option that takes a mount or a namespace.
 */
export function innerBackend(confinement: Confinement, host: Host, { options }: Making): Backend {
  refuseOptions(options, REFUSED)
  const { policy, unixSockets, setupTimeoutMs } = confinement
  const network = confinement.network === 'host' || hasOnlyLoopback() ? confinement.network : 'none'
  if (network === 'none' && options.proxy !== undefined) throw noOwnNetwork()
  return {
    filter: commandFilter(confinement, { arch: host.arch, network: FILTERS[network], unixSockets }),
    launcherDescriptor: () => undefined,
    namespaces: undefined,
    prepare: (enter) => ({
      request: { setupTimeoutMs, enter: { ...enter, lifetime: 'subreaper' }, reraise: true },
      noteStarted: () => undefined,
      enforced: () => ({
        filesystem: 'none',
        network,
        seccomp: true,
        proc: 'host',
        notes: [...policy.notes, NOTE],
      }),
      watch: () => () => [],
    }),
  }
}

const REFUSED: readonly RefusedOption[] = [
  ...NEEDS_MOUNT_OR_NAMESPACE,
  {
    option: 'proxy',
    isGiven: ({ proxy }) => proxy !== undefined && proxy.from !== 'descriptors',
    reason: 'the proxies are outside, and the outer stage has to lead to them',
  },
]

function noOwnNetwork(): PolicyUnsupportedError {
  return new PolicyUnsupportedError(
    'the option "proxy"',
    'the network of this process has more than loopback, so others could connect to what is meant for the command',
    { hint: 'start it in a network namespace of its own' },
  )
}
