import { ERRNO } from '../src/action.ts'
import {
  AUDIT_ARCH,
  compileFilter,
  filterFor,
  runProgram,
  syscallNumber,
  type Action,
  type Arch,
  type FilterOptions,
  type NetworkMode,
  type SeccompData,
  type SyscallName,
} from '../src/index.ts'

const ARCHES: readonly Arch[] = ['x86_64', 'aarch64']
export const MODES: readonly NetworkMode[] = ['private-network', 'no-network', 'host-network']

/** Every filter there is. */
export const ALL_OPTIONS: readonly (FilterOptions & { readonly nestedSandbox: boolean })[] = ARCHES.flatMap(
  (arch) =>
    MODES.flatMap((network) => [false, true].map((nestedSandbox) => ({ arch, network, nestedSandbox }))),
)

export const ALLOWED: Action = { type: 'allow' }
export const KILLED: Action = { type: 'kill' }
export const NOT_PERMITTED: Action = { type: 'errno', errno: ERRNO.EPERM }
export const NOT_IMPLEMENTED: Action = { type: 'errno', errno: ERRNO.ENOSYS }

/** A call as the kernel shows it to a filter. */
export function callOf(arch: Arch, nr: number, args: readonly (number | bigint)[] = []): SeccompData {
  return { arch: AUDIT_ARCH[arch], nr, args: args.map((arg) => BigInt.asUintN(64, BigInt(arg))) }
}

/** What the compiled filter does with a call. */
export function outcomeOf(
  options: FilterOptions,
  name: SyscallName,
  args: readonly (number | bigint)[] = [],
): Action {
  return outcomeOfNumber(options, syscallNumber(options.arch, name), args)
}

export function outcomeOfNumber(
  options: FilterOptions,
  nr: number,
  args: readonly (number | bigint)[] = [],
): Action {
  return runProgram(compileFilter(filterFor(options)), callOf(options.arch, nr, args))
}
