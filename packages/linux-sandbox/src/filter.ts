import {
  commandFilterBytes,
  compileFilter,
  filterFor,
  type FilterOptions,
  type Program,
} from '@linux-sandbox/seccomp-filter'
import type { Confinement } from './confinement.js'

/** The sandbox that a filter is for. */
export type FilterTarget = Pick<FilterOptions, 'arch' | 'network' | 'unixSockets' | 'seesHostProcesses'>

/** The seccomp program for every command under `confinement`. */
export function commandProgram({ nestedSandbox }: Confinement, target: FilterTarget): Program {
  return compileFilter(filterFor({ ...target, nestedSandbox }))
}

/** The same, as the kernel takes it. */
export function commandFilter({ nestedSandbox }: Confinement, target: FilterTarget): Uint8Array {
  return commandFilterBytes({ ...target, nestedSandbox })
}
