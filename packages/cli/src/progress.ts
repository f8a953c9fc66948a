import { writeSync } from 'node:fs'
import { Worker } from 'node:worker_threads'

export interface ProgressOptions {
  /** Without a line break. */
  readonly text: string
  /** Of a terminal. */
  readonly descriptor: number
  /** How long something may take before anything is said. */
  readonly delayMs: number
}

const WAITING = 0
const WRITING = 1
const WRITTEN = 2
const OVER = 3

/** In a thread of its own: what it speaks of keeps the main one busy, and runs no timer. */
const THREAD = `
  const { workerData: { cell, text, descriptor, delayMs } } = require('node:worker_threads')
  setTimeout(() => {
    if (Atomics.compareExchange(cell, 0, ${WAITING}, ${WRITING}) !== ${WAITING}) return
    require('node:fs').writeSync(descriptor, text)
    Atomics.store(cell, 0, ${WRITTEN})
    Atomics.notify(cell, 0)
  }, delayMs)`

/** To the first column, and clear the line. Source: ECMA-48, CR and EL. */
const ERASE = '\r\u001B[K'

/** Gives what `act` gives. A line says what it is about while it takes long, and is erased afterwards. */
export async function withProgress<Result>(
  { text, descriptor, delayMs }: ProgressOptions,
  act: () => Promise<Result>,
): Promise<Result> {
  const cell = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const thread = new Worker(THREAD, { eval: true, workerData: { cell, text, descriptor, delayMs } })
  thread.unref()
  try {
    return await act()
  } finally {
    const state = Atomics.compareExchange(cell, 0, WAITING, OVER)
    if (state === WRITING) Atomics.wait(cell, 0, WRITING)
    if (state !== WAITING) writeSync(descriptor, ERASE)
    await thread.terminate()
  }
}

const STDERR = 2
const DELAY_MS = 1000

/** Says on a terminal that the disk is looked through, when that takes long: a large tree, or a pattern that covers much. */
export async function withScanProgress<Result>(act: () => Promise<Result>): Promise<Result> {
  if (process.stderr.isTTY !== true) return await act()
  const text = 'linux-sandbox: looking through the disk for what the policy protects and denies ...'
  return await withProgress({ text, descriptor: STDERR, delayMs: DELAY_MS }, act)
}
