import { PolicyUnsupportedError } from '@linux-sandbox/errors'
import { nodeDisk } from '@linux-sandbox/host-probe'
import { isEmpty, landlockRuleset } from '@linux-sandbox/landlock'
import { cachedDiskView } from '@linux-sandbox/mount-plan'
import type { Backend } from './backend.js'
import type { Confinement } from './confinement.js'
import { commandFilter } from './filter.js'
import type { Host } from './host.js'
import type { SandboxOptions } from './options.js'

/**
 * Confines commands by a Landlock ruleset and a filter of system calls, for hosts without user namespaces. There are no namespaces and no
 * mounts: the native program confines itself and executes the command.
 *
 * @throws {PolicyUnsupportedError} for an option that takes a mount or a namespace.
 */
export function landlockBackend(confinement: Confinement, host: Host, options: SandboxOptions): Backend {
  refuseOptions(options)
  const { policy, devices, gitWrites, setupTimeoutMs } = confinement
  const isNetworkRestricted = policy.network === 'restricted'
  return {
    filter: commandFilter(confinement, {
      arch: host.arch,
      network: isNetworkRestricted ? 'no-network' : 'host-network',
      seesHostProcesses: true,
    }),
    launcherDescriptor: () => undefined,
    prepare(enter) {
      const { ruleset, notes } = landlockRuleset(policy, {
        abi: host.landlockAbi,
        disk: cachedDiskView(nodeDisk),
        devices,
        isGitWritable: gitWrites === 'all',
      })
      return {
        request: {
          setupTimeoutMs,
          enter: {
            ...enter,
            lifetime: 'subreaper',
            dropCapabilities: true,
            ...(isEmpty(ruleset) ? {} : { landlock: ruleset }),
          },
          reraise: true,
        },
        noteStarted: () => undefined,
        enforced: () => ({
          filesystem: 'landlock',
          network: isNetworkRestricted ? 'none' : 'host',
          seccomp: true,
          proc: 'host',
          notes: [...policy.notes, ...notes],
        }),
        watch: () => () => [],
      }
    },
  }
}

/** Options that Landlock cannot give, and why. */
const REFUSED: readonly {
  readonly option: string
  readonly isGiven: (options: SandboxOptions) => boolean
  readonly reason: string
}[] = [
  {
    option: 'privateTmp',
    isGiven: ({ privateTmp }) => privateTmp === true,
    reason: 'it takes a mount, and Landlock makes none',
  },
  {
    option: 'proc: fresh',
    isGiven: ({ proc }) => proc === 'fresh',
    reason: 'it takes a mount, and Landlock makes none',
  },
  {
    option: 'pidNamespace: private',
    isGiven: ({ pidNamespace }) => pidNamespace === 'private',
    reason: 'Landlock makes no namespaces',
  },
  {
    option: 'gitWrites: commit',
    isGiven: ({ gitWrites }) => gitWrites === 'commit',
    reason: 'Landlock cannot keep a part of a writable directory read-only',
  },
  {
    option: 'nestedSandbox',
    isGiven: ({ nestedSandbox }) => nestedSandbox === true,
    reason: 'a command under Landlock cannot mount anything, in no namespace',
  },
]

function refuseOptions(options: SandboxOptions): void {
  const refused = REFUSED.find(({ isGiven }) => isGiven(options))
  if (refused === undefined) return
  throw new PolicyUnsupportedError(`the option "${refused.option}"`, refused.reason, {
    hint: 'leave it out, or use bubblewrap',
  })
}
