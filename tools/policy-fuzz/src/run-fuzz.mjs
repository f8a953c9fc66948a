import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { Tally } from './tally.mjs'

/**
 * @typedef {import('./worker.mjs').Share} Share
 * @typedef {import('./worker.mjs').Message} Message
 * @typedef {import('./worker.mjs').FailedMessage} FailedMessage
 *
 * @typedef {object} FuzzOptions
 * @property {number} policies - how many
 * @property {number} seed
 * @property {readonly import('./features.mjs').Feature[]} features
 * @property {import('./stage.mjs').Stage} stage
 * @property {import('./backends.mjs').BackendName} [backend] - `bwrap` by default
 * @property {number} [failuresMax] - for each process; 2 by default
 * @property {{ uid: number, gid: number }} [user] - who starts the sandboxes; the user of this process by default
 * @property {import('./tamper.mjs').Tampering} [tampering]
 * @property {import('./case.mjs').Case} [replay] - this case, in the place of random ones
 * @property {(tally: Tally) => void} [onProgress]
 */

/**
 * Checks random policies against the kernel, in as many processes as there are processors. Ends early when enough has failed.
 *
 * @param {FuzzOptions} options
 * @returns {Promise<Tally>}
 */
export async function runFuzz(options) {
  const { policies, seed, features, stage, backend = 'bwrap', failuresMax = 2, tampering, replay } = options
  const workers = Math.min(policies, availableParallelism())
  const tally = new Tally(seed)
  const share = { seed, step: workers, end: policies, features, failuresMax, backend, probe: stage.probe }
  await Promise.all(
    Array.from({ length: workers }, (_, first) =>
      runWorker(
        { ...share, first, ...(tampering && { tampering }), ...(replay && { replay }) },
        { ...options, tally },
      ),
    ),
  )
  return tally
}

/**
 * @param {Share} share
 * @param {FuzzOptions & { tally: Tally }} options
 * @returns {Promise<void>}
 */
function runWorker(share, { stage, user, tally, onProgress }) {
  const child = spawn(stage.node, [stage.worker], {
    cwd: '/',
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8' },
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    ...(user === undefined || user.uid === process.geteuid?.() ? {} : user),
  })
  let isDone = false
  let stderr = ''
  child.stderr?.on('data', (chunk) => (stderr += chunk))
  child.on('message', (/** @type {Message} */ message) => {
    if (message.type === 'done') isDone = true
    else tally.add(message)
    if (message.type === 'checked') onProgress?.(tally)
  })
  child.send(share)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status, signal) => {
      if (isDone) resolve()
      else reject(new Error(`a worker ended with ${status ?? signal}: ${stderr}`))
    })
  })
}
