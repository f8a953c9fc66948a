/**
 * The functions that the C program gives the engine: native/calls.h. They stay away from decisions: what a result means is told by the
 * modules in `node/`. One that can fail gives the error number, 0 for none, unless it says otherwise. All that this program learns of the
 * world comes through them: native/trace.h relies on it.
 */
export interface Host {
  /** Leaves in `facts` what `node/file-stats.ts` takes first, and then the number of this question. */
  readonly stat: (path: string, follows: 0 | 1) => number
  readonly fstat: (descriptor: number) => number
  /** Leaves in `facts` one more of what `stat` found when it was asked question `question`. */
  readonly fact: (question: number, index: number) => void
  readonly access: (path: string, mode: number) => number
  readonly readlink: (path: string) => string | number
  readonly realpath: (path: string) => string | number
  /** For each name, sorted, a letter for its kind, its bytes, and a slash; or an error number. */
  readonly readdir: (path: string) => Uint8Array | number
  /** A descriptor, or an error number below 0. */
  readonly open: (path: string, flags: number) => number
  readonly close: (descriptor: number) => number
  /** At most so many bytes, or an error number. A position below 0 is where the file is. */
  readonly read: (descriptor: number, size: number, position: number) => Uint8Array | number
  readonly write: (descriptor: number, text: string) => void
  readonly decode: (utf8: Uint8Array) => string
  readonly encode: (text: string) => Uint8Array<ArrayBuffer>
  /** Where `text` is in `bytes`, counted from `from`; -1 where it is not. */
  readonly find: (bytes: Uint8Array, text: string, from: number) => number
  readonly arguments: () => readonly string[]
  readonly environment: () => readonly string[]
  readonly directory: () => string | number
  /** Effective user, effective group, and every further group. */
  readonly identity: () => readonly number[]
  /** Process number of a supervisor, or an error number below 0. `slots` are descriptors; `slots[control]` becomes its control socket. */
  readonly spawn: (slots: Int32Array, control: number, hasSession: 0 | 1, expected: number) => number
  /** Process number of a command, or an error number below 0. A null byte ends each word and each variable. */
  readonly execute: (
    slots: Int32Array,
    words: string,
    variables: string,
    directory: string,
    hasSession: 0 | 1,
  ) => number
  /** What the program says when it gets one word; an empty path is the native program. Or an error number. */
  readonly run: (path: string, word: string, timeoutMs: number) => string | number
  /** Process 0 is this one. */
  readonly kill: (process: number, signal: number) => number
  readonly listen: (signal: number) => void
  readonly ignore: (signal: number) => void
  /** Waits for what happens next and leaves in `facts` what it was, as `node/events.ts` reads it. */
  readonly wait: () => Uint8Array | undefined
  readonly send: (bytes: Uint8Array) => void
  /** Tells the supervisor that nothing more will be sent. */
  readonly finish: () => void
  readonly exit: (status: number) => never
}

/** What the build puts into the global object before it evaluates the bundle. */
declare const HOST_FUNCTIONS: Host

export const host = HOST_FUNCTIONS

/** How many numbers a call can leave. */
const FACT_COUNT = 10

const left = new ArrayBuffer(2 * FACT_COUNT * Float64Array.BYTES_PER_ELEMENT)

/** Numbers that a call has left besides its result. They stay where they are in the memory of the engine: the C program knows the place. */
export const facts = new Float64Array(left, 0, FACT_COUNT)

/** The same, with all of their digits. */
export const wideFacts = new BigInt64Array(left, facts.byteLength, FACT_COUNT)
