import { PolicyUnsupportedError } from '@linux-sandbox/errors'
import { isEmpty, landlockRuleset } from '@linux-sandbox/landlock'
import { withCanonicalEntries, type DiskView } from '@linux-sandbox/mount-plan'
import { isInside, type ResolvedPolicy } from '@linux-sandbox/policy'
import type { Backend, Making } from './backend.js'
import type { Confinement } from './confinement.js'
import { commandFilter } from './filter.js'
import type { Host } from './host.js'
import { NEEDS_MOUNT_OR_NAMESPACE, refuseOptions, type RefusedOption } from './refused-options.js'
import { fixedRegistry } from './registry-path.js'

/**
 * Confines commands by a Landlock ruleset and a filter of system calls, for hosts without user namespaces. There are no namespaces and no
 * mounts: the native program confines itself and executes the command.
 *
 * @throws {PolicyUnsupportedError} for an option that takes a mount or a namespace.
 */
export function landlockBackend(confinement: Confinement, host: Host, { options }: Making): Backend {
  refuseOptions(options, REFUSED)
  const { policy, devices, gitWrites, setupTimeoutMs } = confinement
  const isNetworkRestricted = policy.network === 'restricted'
  return {
    filter: commandFilter(confinement, {
      arch: host.arch,
      network: isNetworkRestricted ? 'no-network' : 'host-network',
      seesHostProcesses: true,
    }),
    launcherDescriptor: () => undefined,
    namespaces: undefined,
    prepare(enter, disk) {
      refuseExposedStarts(policy, disk)
      const { ruleset, notes } = landlockRuleset(policy, {
        abi: host.landlockAbi,
        disk,
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

/**
 * Other backends hide the registry, in which the static helper keeps what later sandboxes do. A grant of the whole
 * disk keeps nothing from the command, so it keeps this neither.
 *
 * @throws {PolicyUnsupportedError} when the command could write there.
 */
function refuseExposedStarts(policy: ResolvedPolicy, disk: DiskView): void {
  const registry = fixedRegistry()
  if (registry === undefined) return
  const { fileSystem } = withCanonicalEntries(policy, disk)
  if (fileSystem.kind === 'unrestricted') return
  const entry = fileSystem.entries.find(
    ({ access, path }) =>
      access === 'write' && path !== '/' && (isInside(registry, path) || isInside(path, registry)),
  )
  if (entry === undefined) return
  throw new PolicyUnsupportedError(
    `the protection of ${registry}`,
    `it lies in ${entry.path}, and Landlock cannot keep a part of a writable directory from being written`,
    { hint: 'grant only those directories in it that the command needs, or use another backend' },
  )
}

const REFUSED: readonly RefusedOption[] = [
  ...NEEDS_MOUNT_OR_NAMESPACE,
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
  {
    option: 'proxy',
    isGiven: ({ proxy }) => proxy !== undefined,
    reason: 'it takes a network of its own, and Landlock makes no namespaces',
  },
  {
    option: 'unixSockets',
    isGiven: ({ unixSockets }) => unixSockets === true,
    reason: 'it is about a private network, and Landlock makes no namespaces',
  },
]
