import { constants } from 'node:os'

/*
 * What the probe is asked and what it answers, see probe/main.c.
 */

/**
 * - `f`, `d`, `l`: a file, directory or link by its own name: content and place
 * - `F`, `D`: a file or directory that the path leads to: content only
 * - `o`: a directory outside the tree: looking only
 * - `m`: a name that is not taken; `n`: a link that leads to such a name
 * - `u`, `r`: remove a file or link, a directory; nothing is undone
 *
 * @typedef {'f' | 'd' | 'l' | 'F' | 'D' | 'o' | 'm' | 'n' | 'u' | 'r'} Kind
 *
 * @typedef {object} Question
 * @property {Kind} kind
 * @property {string} path
 *
 * @typedef {object} Answer
 * @property {ReadonlyMap<string, number>} outcomes - 0 or an errno for each act
 * @property {string} [id] - of what is there
 * @property {number} [names] - how many a directory has
 */

/**
 * @param {readonly Question[]} questions
 * @param {string} scratch - a directory that the command may write; empty when there is none
 * @returns {string}
 */
export function encodeQuestions(questions, scratch) {
  const fields = questions.flatMap(({ kind, path }) => [kind, path])
  return [scratch, ...fields].map((field) => `${field}\0`).join('')
}

/**
 * @param {string} text
 * @returns {Answer[]} in the order of the questions
 */
export function parseAnswers(text) {
  return text.split('\n').slice(0, -1).map(parseAnswer)
}

/**
 * @param {string} line
 * @returns {Answer}
 */
function parseAnswer(line) {
  /** @type {Map<string, number>} */
  const outcomes = new Map()
  /** @type {{ id?: string, names?: number }} */
  const facts = {}
  for (const word of line.split(' ').slice(1)) {
    const [name = '', value = ''] = word.split('=')
    if (name === 'id') facts.id = value
    else if (name === 'names') facts.names = Number(value)
    else outcomes.set(name, Number(value))
  }
  return { outcomes, ...facts }
}

const ERRNO_NAMES = new Map(Object.entries(constants.errno).map(([name, value]) => [value, name]))

/**
 * @param {number} value
 * @returns {string} `ok` for 0
 */
export function nameOfOutcome(value) {
  return value === 0 ? 'ok' : (ERRNO_NAMES.get(value) ?? `errno ${value}`)
}
