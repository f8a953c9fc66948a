import { join } from 'node:path'
import { PACKAGE } from './paths.mjs'

/** @param {import('./compiler.mjs').Arch} arch */
export function engineDirectory(arch) {
  return join(PACKAGE, 'engine', arch)
}

/** Every access to the memory of the engine is checked: no guard pages, so no 8 GiB of address space. Used for what includes its header, too. */
export const ENGINE_DEFINITIONS = [
  '-DWASM_RT_MEMCHECK_SIGNAL_HANDLER=0',
  '-DWASM_RT_USE_STACK_DEPTH_COUNT=0', // a handler of the fault says it: packages/standalone/native/engine.c
  '-DNDEBUG',
]

export const ENGINE_FLAGS = [
  '-std=gnu11',
  '-O2',
  '-w',
  '-fno-asynchronous-unwind-tables',
  '-ffunction-sections',
  '-fdata-sections',
  ...ENGINE_DEFINITIONS,
]
