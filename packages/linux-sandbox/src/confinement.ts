import { absolutePath, validateProfile, type AbsolutePath, type ResolvedPolicy } from '@linux-sandbox/policy'
import type { DiskView, GitWrites } from '@linux-sandbox/mount-plan'
import type { SandboxOptions } from './options.js'
import { guardedPolicy } from './program-guard.js'
import type { ProxyOptions } from './proxy/options.js'

/** How commands of one sandbox are confined: its options with everything decided that depends on no host. */
export interface Confinement {
  readonly policy: ResolvedPolicy
  /** `private` also where the policy allows more, if there are proxies to be reached. */
  readonly network: 'host' | 'private'
  readonly proxy: ProxyOptions | undefined
  /** Whether AF_UNIX sockets can be made in a private network. */
  readonly unixSockets: boolean
  /** What `project_roots` means in the profile. */
  readonly workspace: AbsolutePath
  readonly gitWrites: GitWrites
  readonly proc: 'fresh' | 'host'
  readonly pidNamespace: 'private' | 'inherited'
  readonly nestedSandbox: boolean
  readonly devices: readonly AbsolutePath[]
  readonly privateTmp: boolean
  readonly setupTimeoutMs: number
}

/** A launcher needs milliseconds; one that looks at a network file system which does not answer never ends. */
const SETUP_TIMEOUT_MS = 30_000

/**
 * @throws {PolicyInvalidError} when the profile does not mean anything.
 * @throws {PolicyUnsupportedError} when it grants writing the native program itself.
 */
export function confinementOf(options: SandboxOptions, program: string, disk: DiskView): Confinement {
  const { pidNamespace = 'private' } = options
  const context = {
    cwd: absolutePath(options.policyCwd ?? process.cwd()),
    tmpdir: options.tmpdir ?? process.env['TMPDIR'],
    protectedNames: options.protectedNames,
  }
  const policy = guardedPolicy(validateProfile(options.profile), context, { program, disk })
  return {
    policy,
    network: policy.network === 'restricted' || options.proxy !== undefined ? 'private' : 'host',
    proxy: options.proxy,
    unixSockets: options.unixSockets ?? false,
    workspace: context.cwd,
    gitWrites: options.gitWrites ?? 'none',
    // A fresh one shows the processes of a PID namespace, and needs to be of one.
    proc: pidNamespace === 'inherited' ? 'host' : (options.proc ?? 'fresh'),
    pidNamespace,
    nestedSandbox: options.nestedSandbox ?? false,
    devices: (options.devices ?? []).map(absolutePath),
    privateTmp: options.privateTmp ?? false,
    setupTimeoutMs: options.setupTimeoutMs ?? SETUP_TIMEOUT_MS,
  }
}

/** Whether nothing is restricted or private, so that the command needs no sandbox. */
export function isUnconfined({ policy, network, privateTmp }: Confinement): boolean {
  return policy.fileSystem.kind === 'unrestricted' && network === 'host' && !privateTmp
}
