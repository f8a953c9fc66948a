// Checks its share of the cases of a run and reports to the process that started it, see run-fuzz.mjs. Runs as the user of the test.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { backendNamed } from './backends.mjs'
import { checkCase } from './check-case.mjs'
import { featuresOf } from './features.mjs'
import { shrink } from './shrink.mjs'
import { tamperings } from './tamper.mjs'
import { withoutPaths } from './without-paths.mjs'

/**
 * @typedef {import('./case.mjs').Case} Case
 * @typedef {import('./check-case.mjs').Verdict} Verdict
 *
 * @typedef {object} Share
 * @property {number} seed
 * @property {number} first - index of the first case
 * @property {number} step - from one case to the next
 * @property {number} end - index after the last case
 * @property {readonly import('./features.mjs').Feature[]} features
 * @property {string} probe
 * @property {import('./backends.mjs').BackendName} backend
 * @property {import('./tamper.mjs').Tampering} [tampering]
 * @property {number} failuresMax - after so many it ends: shrinking takes some seconds, and the next failures are mostly the same one
 * @property {Case} [replay] - the one case to check, in the place of random ones
 *
 * @typedef {{ type: 'checked', features: readonly string[], outcome: Verdict['outcome'], probes: number, refusal?: string }} CheckedMessage
 * @typedef {object} FailedMessage
 * @property {'failed'} type
 * @property {number} index
 * @property {readonly string[]} acts - all that came out wrong, before the case was made smaller
 * @property {Case} case
 * @property {Verdict['mismatches']} mismatches
 *
 * @typedef {CheckedMessage | FailedMessage | { type: 'done' }} Message
 */

/** Most of a case is waiting for the kernel, and for the end of processes. */
const AT_ONCE = 2

process.umask(0o022)
process.once('message', (/** @type {Share} */ share) => {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'policy-fuzz-')))
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }))
  checkShare(share, directory).then(
    () => send({ type: 'done' }).then(() => process.disconnect()),
    (error) => {
      console.error(error)
      process.exit(1)
    },
  )
})

/**
 * Root and other users get different cases, and each the same ones again.
 *
 * @param {number} seed
 */
function seedOfUser(seed) {
  return 2 * seed + (process.geteuid?.() === 0 ? 0 : 1)
}

/**
 * @param {Share} share
 * @param {string} directory
 */
async function checkShare(share, directory) {
  const backend = await backendNamed(share.backend)
  let next = share.first
  let failures = 0
  let bases = 0
  const check = (/** @type {Case} */ one) => {
    const base = join(directory, `case-${bases++}`, 'tree')
    const enforced = share.tampering === undefined ? {} : { enforced: tamperings[share.tampering] }
    return checkCase(one, { probe: share.probe, base, backend, ...enforced })
  }
  const work = async () => {
    while (next < share.end && failures < share.failuresMax) {
      const index = next
      next += share.step
      const one =
        share.replay ?? backend.randomCase({ seed: seedOfUser(share.seed), index, features: share.features })
      const verdict = await check(one).catch((/** @type {unknown} */ error) => {
        throw new Error(`case ${index} of seed ${share.seed} could not be checked: ${JSON.stringify(one)}`, {
          cause: error,
        })
      })
      const { outcome, probes, refusal } = verdict
      await send({
        type: 'checked',
        features: featuresOf(one),
        outcome,
        probes,
        ...(refusal === undefined ? {} : { refusal }),
      })
      if (outcome !== 'failed') continue
      failures++
      const acts = [...new Set(verdict.mismatches.map(({ act }) => act))]
      await send({ type: 'failed', index, acts, ...(await smallestFailure(one, verdict, check)) })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}

/**
 * @param {Case} one
 * @param {Verdict} verdict
 * @param {(candidate: Case) => Promise<Verdict>} check
 */
async function smallestFailure(one, verdict, check) {
  const [first] = verdict.mismatches
  let mismatches = verdict.mismatches
  const smallest = await shrink(one, async (candidate) => {
    const again = await check(candidate).catch(() => undefined)
    const isSame = again?.mismatches.some(
      ({ act, expected, answered }) =>
        act === first?.act &&
        expected === first.expected &&
        withoutPaths(answered) === withoutPaths(first.answered),
    )
    if (again === undefined || isSame !== true) return false
    mismatches = again.mismatches
    return true
  })
  return { case: smallest, mismatches }
}

/**
 * @param {Message} message
 * @returns {Promise<void>}
 */
function send(message) {
  return new Promise((resolve, reject) => {
    process.send?.(message, (/** @type {Error | null} */ error) =>
      error === null ? resolve() : reject(error),
    )
  })
}
