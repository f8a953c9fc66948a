import { nodeFiles, type HostFiles } from './host-files.js'

/** Limits on what this process, and all that it starts, can use. `undefined`: none, or not known. */
export interface ProcessLimits {
  readonly openFiles?: number
  readonly addressSpaceBytes?: number
  /** Whether the kernel promises no more memory than it has: vm.overcommit_memory is 2. */
  readonly hasStrictMemory: boolean
}

/** The soft limits of `/proc/self/limits`. */
export function describeLimits(files: HostFiles = nodeFiles): ProcessLimits {
  const text = files.text('/proc/self/limits') ?? ''
  const openFiles = softLimit(text, 'Max open files')
  const addressSpaceBytes = softLimit(text, 'Max address space')
  return {
    ...(openFiles === undefined ? {} : { openFiles }),
    ...(addressSpaceBytes === undefined ? {} : { addressSpaceBytes }),
    hasStrictMemory: files.text('/proc/sys/vm/overcommit_memory')?.trim() === '2',
  }
}

function softLimit(limits: string, name: string): number | undefined {
  const line = limits.split('\n').find((one) => one.startsWith(`${name} `))
  const soft = line?.slice(name.length).trim().split(/\s+/)[0]
  return soft === undefined || !/^\d+$/.test(soft) ? undefined : Number(soft)
}
