import type { Arch } from './arch.js'
import { encodeProgram } from './bpf.js'
import { compileFilter } from './compile.js'
import { filterFor } from './filter-for.js'
import type { FilterOptions } from './options.js'
import { relayFilterFor } from './relay-filter.js'

/** Compiled once each: there are few, and to compile one takes longer than all else that a command needs. */
const compiled = new Map<string, Uint8Array>()

/**
 * The seccomp program for a command, as the kernel takes it. Not to be written to: others get the same bytes.
 *
 * @throws {TypeError} for an unknown architecture or network mode.
 */
export function commandFilterBytes(options: FilterOptions): Uint8Array {
  const { arch, network, nestedSandbox = false, unixSockets = false, seesHostProcesses = false } = options
  const key = [arch, network, nestedSandbox, unixSockets, seesHostProcesses].join()
  return remembered(key, () => encodeProgram(compileFilter(filterFor(options))))
}

/** The same for what copies to proxies. */
export function relayFilterBytes(arch: Arch): Uint8Array {
  return remembered(arch, () => encodeProgram(compileFilter(relayFilterFor(arch))))
}

function remembered(key: string, make: () => Uint8Array): Uint8Array {
  const known = compiled.get(key)
  if (known !== undefined) return known
  const made = make()
  compiled.set(key, made)
  return made
}
