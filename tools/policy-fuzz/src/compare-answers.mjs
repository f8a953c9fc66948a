import { nameOfOutcome } from './protocol.mjs'

/*
 * What the probe answered in one sandbox against what it answered in another one, over the same tree made anew.
 */

/**
 * @typedef {import('./compare.mjs').Mismatch} Mismatch
 * @typedef {import('./check-case.mjs').Verdict} Verdict
 *
 * @typedef {object} AnswerFacts
 * @property {string} path
 * @property {ReadonlyMap<string, string>} outcomes - what came of each act, by name; other facts are among them
 */

/**
 * What is the same in every tree of the case, and on a machine on which others work.
 *
 * @param {import('./questions.mjs').Asked} asked
 * @param {import('./protocol.mjs').Answer} answer
 * @param {string} identity - of the object on the host
 * @returns {AnswerFacts}
 */
export function factsOf({ question, expectation }, { outcomes, id, names }, identity) {
  const facts = new Map([...outcomes].map(([act, outcome]) => [act, nameOfOutcome(outcome)]))
  facts.set('see', id === identity ? 'the object of the host' : 'something else')
  if (expectation.names !== undefined) facts.set('names', String(names))
  return { path: `${question.kind} ${question.path}`, outcomes: facts }
}

/**
 * @param {Verdict} expected
 * @param {Verdict} found
 * @returns {Mismatch[]} empty when both are the same
 */
export function differencesOf(expected, found) {
  if (expected.refusal !== found.refusal) {
    return [{ path: '', act: 'start', expected: startOf(expected), answered: startOf(found) }]
  }
  const { answers = [] } = found
  return (expected.answers ?? []).flatMap(({ path, outcomes }, index) => {
    const other = answers[index]
    return [...outcomes].flatMap(([act, outcome]) => {
      const answered = other?.path === path ? (other.outcomes.get(act) ?? 'not tried') : 'not asked'
      return answered === outcome ? [] : [{ path, act, expected: outcome, answered }]
    })
  })
}

/** @param {Verdict} verdict */
function startOf({ refusal = 'a sandbox' }) {
  return refusal
}
