/** Where the engine's memory lies in the process: above what brk(2) can get of a program that starts below, and where an instruction of x86-64 can name it. */
const MEMORY = 0x5000_0000

/** The most memory that the engine can have. A plan with 10,000 rules takes less than a third. */
const MEMORY_BYTES = 256 * 1024 * 1024

/** The same for packages/standalone/native. */
export const MEMORY_DEFINITIONS = [`-DENGINE_MEMORY=${MEMORY}u`, `-DENGINE_MEMORY_SIZE=${MEMORY_BYTES}u`]

/** What is different from the C of wasm2c. */
const CHANGES = [
  // Compared with a constant: above what the engine has of it, no page can be read or written.
  {
    from: '#define MEMCHECK(mem, a, t) RANGE_CHECK(mem, a, sizeof(t))',
    to: '#define MEMCHECK(mem, a, t) if (UNLIKELY(a > ENGINE_MEMORY_SIZE - sizeof(t))) TRAP(OOB);',
  },
  // At a constant place: one instruction, and no register that holds the place.
  { from: '&mem->data[addr]', to: '&((u8*)ENGINE_MEMORY)[addr]' },
  // A read whose value nobody needs is not made. Whether it could be made has been checked before.
  { from: 'wasm_asm("" ::"r"(result));', to: '' },
  // What memory begins with is in the snapshot.
  { from: 'load_data(&(m.data[o]), i, s);', to: '' },
]

/**
 * The engine for one memory that lies at a known place and holds a snapshot: smaller, and a fifth faster.
 *
 * @param {string} code - C that wasm2c has written
 * @returns {string}
 * @throws {Error} when another version of wasm2c has written it
 */
export function adapt(code) {
  return CHANGES.reduce((text, { from, to }) => {
    if (!text.includes(from)) throw new Error(`this version of wasm2c is not known: its C has no "${from}"`)
    return text.replaceAll(from, to)
  }, code)
}
