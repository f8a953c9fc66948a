import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CompileFlags, QuickJS } from 'quickjs-wasi'
import { ENGINE } from './engine.mjs'
import { PACKAGE } from './paths.mjs'

const PAGE_BYTES = 4096
const WASM_PAGE_BYTES = 65_536

/** Three words for native/values.c. */
const WORDS_BYTES = 12

/** Where the C program has its tables of functions. */
const TABLES = ['native/calls.c', 'native/bytes.c'].map((name) => readFileSync(join(PACKAGE, name), 'utf8'))

const CALL_NAMES = TABLES.flatMap((table) => [...table.matchAll(/\{"(\w+)", call_/g)].map(([, name]) => name))

/**
 * @typedef {object} Run - of pages
 * @property {number} offset - in the memory
 * @property {Uint8Array} bytes
 *
 * @typedef {object} Snapshot
 * @property {readonly Run[]} runs - the memory, without what is empty
 * @property {Readonly<Record<string, number>>} places - what the C program has to know
 */

/**
 * The engine after it has evaluated `script`.
 *
 * @param {string} script - defines `helper`
 * @param {Readonly<Record<string, string>>} globals
 * @returns {Promise<Snapshot>}
 */
export async function snapshotOf(script, globals) {
  // Compiled elsewhere, so that nothing of the compiler's is left in the memory.
  const code = (await newEngine()).compile(
    script,
    NAME,
    0,
    CompileFlags.STRIP_SOURCE | CompileFlags.STRIP_DEBUG,
  )
  const vm = await newEngine()
  vm.global.setProp('HOST_FUNCTIONS', hostOf(vm))
  for (const [name, text] of Object.entries(globals)) vm.global.setProp(name, vm.newString(text))
  evaluate(vm, code)
  vm.evalCode('helper.warmUp()', 'build')
  const turn = vm.exportHandle(vm.evalCode('helper.turn', 'build'))
  const facts = vm.evalCode('helper.facts', 'build')
  const exports = vm.exports
  const words = exports.wasm_malloc(WORDS_BYTES)
  const buffer = exports.qjs_get_typed_array_buffer(facts.ptr, words, words + 4, words + 8)
  const address = exports.qjs_get_array_buffer(buffer, words)
  vm.runGC()
  const { memory, stackPointer, runtimePtr, contextPtr } = vm.snapshot()
  memory.fill(0, 0, stackPointer) // what calls that are over have left on the stack, which begins there and grows down
  return {
    runs: runsOf(memory),
    places: {
      SNAPSHOT_PAGES: memory.length / WASM_PAGE_BYTES,
      SNAPSHOT_STACK_POINTER: stackPointer,
      SNAPSHOT_RUNTIME: runtimePtr,
      SNAPSHOT_CONTEXT: contextPtr,
      SNAPSHOT_TURN: turn,
      SNAPSHOT_FACTS: address,
      SNAPSHOT_FACT_COUNT: facts.getProp('length').toNumber(),
      SNAPSHOT_WORDS: words,
    },
  }
}

/** What traces call the script. */
const NAME = 'codex-linux-sandbox.js'

function newEngine() {
  return QuickJS.create({ wasm: readFileSync(ENGINE), wasi: STILL, maxStackSize: MAX_STACK_BYTES })
}

/**
 * @param {QuickJS} vm
 * @param {Uint8Array} code
 */
function evaluate(vm, code) {
  const exports = vm.exports
  const place = exports.wasm_malloc(code.length)
  new Uint8Array(exports.memory.buffer).set(code, place)
  const result = exports.qjs_eval_bytecode(place, code.length)
  if (exports.qjs_is_exception(result) !== 0) throw new Error(vm.getException().toString())
  new Uint8Array(exports.memory.buffer).fill(0, place, place + code.length)
  exports.wasm_free(place)
}

/**
 * Functions under the names that the C program knows. While the program is built there is no host: only what depends on none can be called.
 *
 * @param {QuickJS} vm
 */
function hostOf(vm) {
  const pure = {
    encode: (text) => vm.newUint8Array(new TextEncoder().encode(text.toString())),
    decode: (bytes) => vm.newString(new TextDecoder().decode(bytes.toUint8Array())),
  }
  const host = vm.newObject()
  for (const name of CALL_NAMES) {
    const refuse = () => {
      throw new Error(`${name} was called while the program is built`)
    }
    host.setProp(name, vm.newFunction(name, pure[name] ?? refuse))
  }
  return host
}

/** Far from what a thread has in C, where a call takes more. */
const MAX_STACK_BYTES = 256 * 1024

/** What is different each time is the same in every build. */
const STILL = () => ({
  clock_time_get: () => 0,
  random_get: () => 0,
})

/** Each has to be mapped on its own. */
const WORTH_A_GAP_BYTES = 16 * PAGE_BYTES

/**
 * @param {Uint8Array} memory
 * @returns {Run[]}
 */
function runsOf(memory) {
  const runs = []
  for (let at = 0; at < memory.length; at += PAGE_BYTES) {
    if (memory.subarray(at, at + PAGE_BYTES).every((byte) => byte === 0)) continue
    const last = runs.at(-1)
    if (last !== undefined && at - last.end < WORTH_A_GAP_BYTES) last.end = at + PAGE_BYTES
    else runs.push({ offset: at, end: at + PAGE_BYTES })
  }
  return runs.map(({ offset, end }) => ({ offset, bytes: memory.subarray(offset, end) }))
}
