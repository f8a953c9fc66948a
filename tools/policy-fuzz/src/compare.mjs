import { constants } from 'node:os'
import { nameOfOutcome } from './protocol.mjs'

/*
 * What the probe answered against what the policy says.
 */

/**
 * @typedef {import('./expectations.mjs').Expectation} Expectation
 * @typedef {import('./protocol.mjs').Answer} Answer
 *
 * @typedef {object} Mismatch
 * @property {string} path - below the base where it is in the tree
 * @property {string} act
 * @property {string} expected
 * @property {string} answered
 * @property {string} [why] - what the policy says about the object and about its directory
 */

const { EACCES, EROFS, EPERM, EBUSY, ENOENT, EXDEV, EEXIST, EISDIR, ENOTEMPTY, EINVAL, ENOTDIR } =
  constants.errno

/** How a mount, a mask, or a missing object refuses an act. Any other errno is a mistake of this test, or a surprise. */
const REFUSALS = [EACCES, EROFS, EPERM, EBUSY, ENOENT, EXDEV]

/**
 * What else says no, by act: a name that was taken for a mount, a name below a file, a mask that is no regular file, a directory that still
 * has something in it, and one that would be moved into itself.
 *
 * @type {Readonly<Record<string, readonly number[]>>}
 */
const REFUSALS_OF = {
  create: [EEXIST, EISDIR, ENOTDIR],
  mkdir: [EEXIST, ENOTDIR],
  truncate: [EINVAL],
  remove: [ENOTEMPTY],
  move: [EINVAL, ENOTEMPTY],
}

/**
 * @param {Expectation} expectation
 * @param {Answer} answer
 * @param {string} identity - of the object on the host; empty when nothing is there
 * @returns {{ probes: number, mismatches: Omit<Mismatch, 'path'>[] }}
 */
export function compareAnswer(expectation, answer, identity) {
  const mismatches = [...answer.outcomes].flatMap(([act, outcome]) => compareAct(act, outcome, expectation))
  for (const act of Object.keys(expectation.verdicts)) {
    if (!answer.outcomes.has(act)) throw new Error(`the probe did not try ${act}`)
  }
  if (answer.outcomes.has('stat') && (answer.id === identity) !== expectation.isSeen) {
    mismatches.push({
      act: 'see',
      expected: expectation.isSeen ? `the object ${identity}` : 'something else, or nothing',
      answered: answer.id === undefined ? 'nothing' : `the object ${answer.id}`,
    })
  }
  const { names } = expectation
  if (names !== undefined && answer.names !== undefined && answer.names !== names) {
    mismatches.push({ act: 'names', expected: String(names), answered: String(answer.names) })
  }
  return { probes: answer.outcomes.size, mismatches }
}

/**
 * @param {string} act
 * @param {number} outcome
 * @param {Expectation} expectation
 * @returns {Omit<Mismatch, 'path'>[]}
 */
function compareAct(act, outcome, { verdicts }) {
  const expected = verdicts[act]
  if (expected === undefined) throw new Error(`the probe tried ${act}, which nobody expects`)
  const isRefusal = REFUSALS.includes(outcome) || REFUSALS_OF[act]?.includes(outcome) === true
  const holds = outcome === 0 ? expected === 'yes' : expected === 'no' && isRefusal
  return holds ? [] : [{ act, expected, answered: nameOfOutcome(outcome) }]
}
