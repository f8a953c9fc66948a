import { PolicyUnsupportedError } from '@linux-sandbox/errors'
import type { ResourceLimit } from '@linux-sandbox/native'

/**
 * Resources of every process of the command. The kernel enforces them.
 *
 * @see setrlimit(2)
 */
export interface ResourceLimits {
  /** Processes and threads at once. Not for root: the kernel exempts it. */
  readonly processes?: number
  /** Address space of one process, in bytes. */
  readonly memoryBytes?: number
  /** Size of a file that is written, in bytes. */
  readonly fileSizeBytes?: number
  /** Open descriptors of one process. */
  readonly openFiles?: number
  /** Processor time of one process, in seconds. */
  readonly cpuSeconds?: number
}

const RESOURCE: Readonly<Record<keyof ResourceLimits, ResourceLimit['resource']>> = {
  processes: 'nproc',
  memoryBytes: 'as',
  fileSizeBytes: 'fsize',
  openFiles: 'nofile',
  cpuSeconds: 'cpu',
}

/**
 * The limits as the native program takes them.
 *
 * @throws {PolicyUnsupportedError} for `processes` as root.
 * @throws {TypeError} for an unknown name or a value that is not a whole number above 0.
 */
export function resourceLimits(
  limits: ResourceLimits,
  { isRoot }: { readonly isRoot: boolean },
): ResourceLimit[] {
  return Object.entries(limits).map(([name, value]) => {
    if (!Object.hasOwn(RESOURCE, name)) {
      throw new TypeError(`unknown limit ${name}; known are ${Object.keys(RESOURCE).join(', ')}`)
    }
    if (!Number.isSafeInteger(value) || value < 1)
      throw new TypeError(`limits.${name} must be a whole number above 0`)
    if (name === 'processes' && isRoot) {
      throw new PolicyUnsupportedError('limits.processes', 'the kernel exempts root from it', {
        hint: 'run as an ordinary user',
      })
    }
    return { resource: RESOURCE[name as keyof ResourceLimits], soft: value, hard: value }
  })
}
