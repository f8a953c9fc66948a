import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { adapt, MEMORY_DEFINITIONS } from './adapt.mjs'
import { compilerFor, run } from './compiler.mjs'
import { PACKAGE } from './paths.mjs'

/** QuickJS as WebAssembly, as its package has it. */
export const ENGINE = fileURLToPath(import.meta.resolve('quickjs-wasi/quickjs.wasm'))

/** Of Debian's wabt. */
const RUNTIME_HEADER = '/usr/include/wasm-rt.h'

/** Every access to the memory of the engine is checked: no guard pages, so no 8 GiB of address space. Used for what includes its header, too. */
export const ENGINE_DEFINITIONS = [
  '-DWASM_RT_MEMCHECK_SIGNAL_HANDLER=0',
  '-DWASM_RT_USE_STACK_DEPTH_COUNT=0', // a handler of the fault says it: packages/standalone/native/engine.c
  '-DNDEBUG',
  ...MEMORY_DEFINITIONS,
]

/** With -Os a start takes nearly twice as long; what aligns code makes it larger and not faster. */
const FLAGS = [
  [
    '-std=gnu11',
    '-w',
    '-O2',
    '-fno-align-functions',
    '-fno-align-jumps',
    '-fno-align-loops',
    '-fno-align-labels',
  ],
  ['-fno-asynchronous-unwind-tables', '-fno-unwind-tables', '-ffunction-sections', '-fdata-sections'],
].flat()

/** All processors make code of parts of the program; what comes out is the same however many there are. */
const LINK_FLAGS = ['-flto=auto', '-r', '-flinker-output=nolto-rel', '-nostdlib']

/** What is left of a build. */
const RESULTS = ['quickjs.o', 'quickjs.h', 'wasm-rt.h']

/** @param {import('./compiler.mjs').Arch} arch */
export function engineDirectory(arch) {
  return join(PACKAGE, 'dist/engine', arch)
}

/**
 * Whether there is an engine for `arch`.
 *
 * @param {import('./compiler.mjs').Arch} arch
 */
export function hasEngine(arch) {
  return RESULTS.every((name) => existsSync(join(engineDirectory(arch), name)))
}

/**
 * Translates the engine to C and compiles it for `arch`. It takes a quarter of a minute or, on one processor, half of one, and depends on nothing of ours.
 *
 * @param {import('./compiler.mjs').Arch} arch
 * @returns {string | undefined} why it cannot be done here
 */
export function buildEngine(arch) {
  const compiler = compilerFor(arch)
  if (compiler === undefined) return 'there is no compiler'
  if (!existsSync(RUNTIME_HEADER)) return 'wabt is missing'
  const directory = engineDirectory(arch)
  mkdirSync(directory, { recursive: true })
  const scratch = mkdtempSync(join(directory, '.build-'))
  try {
    run('wasm2c', [ENGINE, '-n', 'quickjs', '-o', 'quickjs.c'], scratch)
    const code = join(scratch, 'quickjs.c')
    writeFileSync(code, adapt(readFileSync(code, 'utf8')))
    copyFileSync(RUNTIME_HEADER, join(scratch, 'wasm-rt.h'))
    const flags = [...FLAGS, ...ENGINE_DEFINITIONS, ...compiler.flags]
    run(compiler.command, [...flags, '-flto', '-c', '-o', 'unlinked.o', 'quickjs.c'], scratch)
    run(compiler.command, [...flags, ...LINK_FLAGS, '-o', 'quickjs.o', 'unlinked.o'], scratch)
    for (const name of RESULTS) renameSync(join(scratch, name), join(directory, name))
  } finally {
    rmSync(scratch, { recursive: true })
  }
  return undefined
}
