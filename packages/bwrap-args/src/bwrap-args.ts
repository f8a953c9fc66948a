import { assertNever, BwrapTooOldError, PolicyUnsupportedError } from '@linux-sandbox/errors'
import type { MountOperation, MountPlan } from '@linux-sandbox/mount-plan'
import { missingOption, SUFFICIENT_VERSION, type BwrapFeatures } from './features.js'

/** Which network namespace the command gets: one of its own, with nothing but loopback, or the host's. */
export type NetworkNamespace = 'private' | 'host'

export interface BwrapInvocation {
  readonly mounts: MountPlan
  readonly network: NetworkNamespace
  /** `host`: the `/proc` of the host stays visible, for hosts that refuse a fresh one. */
  readonly proc: 'fresh' | 'host'
  /** `inherited`: no PID namespace, so that there can be no fresh `/proc` either. Default `private`. */
  readonly pidNamespace?: 'private' | 'inherited'
  /** What runs in the sandbox, as its pid 1 in a PID namespace: program and arguments. */
  readonly command: readonly string[]
}

/**
 * The argument list that makes bwrap build the sandbox, `bwrap` itself included. The same invocation gives the same list.
 *
 * @throws {BwrapTooOldError} when this bwrap lacks an option.
 * @throws {PolicyUnsupportedError} when the plan is longer than bwrap takes.
 * @see bwrap(1)
 */
export function bwrapArgs(invocation: BwrapInvocation, features: BwrapFeatures): string[] {
  const hasPidNamespace = invocation.pidNamespace !== 'inherited'
  const args = [
    'bwrap',
    ...(hasPidNamespace ? ['--as-pid-1'] : []),
    '--new-session',
    '--die-with-parent',
    '--unshare-user',
    ...(hasPidNamespace ? ['--unshare-pid'] : []),
    '--unshare-ipc',
    '--unshare-uts',
    '--unshare-cgroup-try',
    ...(invocation.network === 'private' ? ['--unshare-net'] : []),
    ...invocation.mounts.operations
      .filter(({ type }) => type !== 'proc' || invocation.proc === 'fresh')
      .flatMap(operationArgs),
    '--cap-drop',
    'ALL',
    '--',
  ]
  requireOptions(args, features)
  const words = [...args, ...invocation.command]
  const count = words.length - 1
  if (count > MAX_WORDS) throw tooLong(invocation.mounts, count)
  return words
}

/** As many arguments as bwrap takes, its own name not counted. Source: MAX_ARGS, bubblewrap.c in 0.8.0. */
const MAX_WORDS = 9000

function tooLong({ operations }: MountPlan, count: number): PolicyUnsupportedError {
  return new PolicyUnsupportedError(
    `a policy that takes ${operations.length} mounts`,
    `they are ${count} words for bwrap, and ${MAX_WORDS} are the most it takes`,
    { hint: 'deny or grant whole directories instead of single files' },
  )
}

/** One operation as bwrap options. bwrap works from left to right, as a plan does. */
function operationArgs(operation: MountOperation): string[] {
  switch (operation.type) {
    case 'root':
      return [rootOption(operation), '/', '/']
    case 'dev':
      return ['--dev', '/dev']
    case 'proc':
      return ['--proc', '/proc']
    case 'bind':
      return [operation.access === 'write' ? '--bind' : '--ro-bind', operation.source, operation.target]
    case 'mask-directory':
      return ['--perms', operation.traversable ? '0111' : '0000', '--tmpfs', operation.target]
    // A bind of bwrap is `nodev`, so the device in it cannot be opened by anybody: EACCES.
    case 'mask-file':
      return ['--ro-bind', '/dev/null', operation.target]
    case 'directory':
      return ['--perms', octal(operation.mode), '--dir', operation.target]
    case 'tmpfs':
      return ['--perms', octal(operation.mode), '--tmpfs', operation.target]
    case 'symlink':
      return ['--symlink', operation.to, operation.target]
    case 'device':
      return ['--dev-bind', operation.source, operation.target]
    case 'remount-read-only':
      return ['--remount-ro', operation.target]
    default:
      return assertNever(operation)
  }
}

function rootOption({ access, devices }: Extract<MountOperation, { type: 'root' }>): string {
  if (access === 'read') return '--ro-bind'
  return devices ? '--dev-bind' : '--bind'
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0')
}

function requireOptions(args: readonly string[], features: BwrapFeatures): void {
  const missing = missingOption(features, (option) => args.includes(option))
  if (missing !== undefined) {
    throw new BwrapTooOldError(missing, features.path, { needed: SUFFICIENT_VERSION })
  }
}
