import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { SetupError } from './setup-error.mjs'

/**
 * What `action` gives, run while no other process holds `file`.
 *
 * flock(1) holds the lock until its standard input ends, which the kernel sees to however this process dies.
 * So there is no stale lock and nothing to clean up.
 *
 * @template T
 * @param {string} file - made, with its directories, when it is missing
 * @param {{ onWait: () => void, action: () => Promise<T> }} options - `onWait` is called when somebody else has the lock
 * @returns {Promise<T>}
 */
export async function withLock(file, { onWait, action }) {
  mkdirSync(dirname(file), { recursive: true })
  // Its own process group: a Ctrl-C must not end the lock before the step that it protects.
  const holder = spawn('flock', [file, 'sh', '-c', 'echo; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  })
  const patience = setTimeout(onWait, 1000)
  try {
    await Promise.race([once(holder.stdout, 'data'), failed(holder)])
  } finally {
    clearTimeout(patience)
  }
  try {
    return await action()
  } finally {
    holder.stdin.end()
  }
}

/**
 * @param {import('node:child_process').ChildProcess} holder
 * @returns {Promise<never>}
 */
function failed(holder) {
  return new Promise((_, reject) => {
    const stop = () =>
      reject(
        new SetupError('flock does not work', 'it is part of util-linux: sudo apt-get install util-linux'),
      )
    holder.once('error', stop)
    holder.once('exit', stop)
  })
}
