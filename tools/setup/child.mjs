import { spawn } from 'node:child_process'
import { constants } from 'node:os'

const FORWARDED_SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])

/**
 * @typedef {object} ChildOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 */

/**
 * The exit status of a program that has this process's streams; 128 + N when signal N ended it.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {ChildOptions} [options]
 * @returns {Promise<number>}
 */
export async function runInForeground(command, args, options = {}) {
  return statusOf(() => spawn(command, args, { ...options, stdio: 'inherit' }))
}

/**
 * What a program wrote to both streams, in order, and its exit status; 128 + N when signal N ended it.
 * Its standard input is empty.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {ChildOptions} [options]
 * @returns {Promise<{ status: number, output: string }>}
 */
export async function runCaptured(command, args, options = {}) {
  /** @type {Buffer[]} */
  const chunks = []
  const status = await statusOf(() => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.on('data', (chunk) => chunks.push(chunk))
    child.stderr.on('data', (chunk) => chunks.push(chunk))
    return child
  })
  return { status, output: Buffer.concat(chunks).toString() }
}

/**
 * @param {() => import('node:child_process').ChildProcess} start
 * @returns {Promise<number>}
 */
async function statusOf(start) {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  let child
  /** @type {NodeJS.Signals | undefined} */
  let received
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => {
    received ??= signal
    // A terminal has sent Ctrl-C to the child already, and many programs take a second one as "at once".
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child?.kill(signal)
  }
  // Before the child is there: a signal in between would end this process and leave the child alone.
  for (const signal of FORWARDED_SIGNALS) process.on(signal, forward)
  try {
    child = start()
    const status = await closed(child)
    // Whatever the child made of the signal, nothing else is to be started after it.
    if (received !== undefined) process.exit(signalStatus(received))
    return status
  } finally {
    for (const signal of FORWARDED_SIGNALS) process.off(signal, forward)
  }
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<number>}
 */
function closed(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(code ?? signalStatus(signal)))
  })
}

/** @param {NodeJS.Signals | null} signal */
function signalStatus(signal) {
  return 128 + (signal === null ? 0 : constants.signals[signal])
}
