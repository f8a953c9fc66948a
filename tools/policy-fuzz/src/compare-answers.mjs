import { nameOfOutcome } from './protocol.mjs'

/*
 * What the probe answered in one sandbox against what it answered in another one, over the same tree made anew.
 */

/**
 * @typedef {import('./compare.mjs').Mismatch} Mismatch
 * @typedef {import('./check-case.mjs').Verdict} Verdict
 *
 * @typedef {object} AnswerFacts
 * @property {string} path - what was asked
 * @property {boolean} isOfTree - that it is about the tree of the case; what is looked at elsewhere can come and go
 * @property {ReadonlyMap<string, string>} outcomes - what came of each act, by name; other facts are among them
 */

/**
 * What is the same in every tree of the case, and on a machine on which others work.
 *
 * @param {import('./questions.mjs').Asked} asked
 * @param {import('./protocol.mjs').Answer} answer
 * @param {{ base: string, identity: string }} host - the directory of the tree, and the object as it is on the host
 * @returns {AnswerFacts}
 */
export function factsOf({ question, expectation, object }, { outcomes, id, names }, { base, identity }) {
  const facts = new Map([...outcomes].map(([act, outcome]) => [act, nameOfOutcome(outcome)]))
  facts.set('see', id === identity ? 'the object of the host' : 'something else')
  if (expectation.names !== undefined) facts.set('names', String(names))
  const isOfTree = object === base || object.startsWith(`${base}/`)
  return { path: `${question.kind} ${question.path}`, isOfTree, outcomes: facts }
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
  const one = byQuestion(expected)
  const other = byQuestion(found)
  return [...new Set([...one.keys(), ...other.keys()])].flatMap((question) =>
    differencesIn(one.get(question), other.get(question)),
  )
}

/**
 * The same can be asked more than once, and its answers come in one order.
 *
 * @param {Verdict} verdict
 * @returns {Map<string, AnswerFacts>}
 */
function byQuestion({ answers = [] }) {
  /** @type {Map<string, number>} */
  const counts = new Map()
  return new Map(
    answers.map((answer) => {
      const count = (counts.get(answer.path) ?? 0) + 1
      counts.set(answer.path, count)
      return [`${count} ${answer.path}`, answer]
    }),
  )
}

/**
 * @param {AnswerFacts | undefined} one
 * @param {AnswerFacts | undefined} other
 * @returns {Mismatch[]}
 */
function differencesIn(one, other) {
  const asked = one ?? other
  if (asked === undefined) return []
  const { path } = asked
  if (one === undefined || other === undefined) {
    return asked.isOfTree ? [{ path, act: 'ask', expected: asking(one), answered: asking(other) }] : []
  }
  const acts = new Set([...one.outcomes.keys(), ...other.outcomes.keys()])
  return [...acts].flatMap((act) => {
    const [expected = 'not tried', answered = 'not tried'] = [one.outcomes.get(act), other.outcomes.get(act)]
    return answered === expected ? [] : [{ path, act, expected, answered }]
  })
}

/** @param {AnswerFacts | undefined} answer */
function asking(answer) {
  return answer === undefined ? 'not asked' : 'asked'
}

/** @param {Verdict} verdict */
function startOf({ refusal = 'a sandbox' }) {
  return refusal
}
