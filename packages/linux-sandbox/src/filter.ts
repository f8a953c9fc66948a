import { compileFilter, encodeProgram, filterFor, type FilterOptions } from '@linux-sandbox/seccomp-filter'
import type { Confinement } from './confinement.js'

/** The seccomp program for every command under `confinement`. */
export function commandFilter(
  { nestedSandbox }: Confinement,
  { arch, network }: Pick<FilterOptions, 'arch' | 'network'>,
): Uint8Array {
  return encodeProgram(compileFilter(filterFor({ arch, network, nestedSandbox })))
}
