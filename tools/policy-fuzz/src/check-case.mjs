import { nativeProgramPath } from '@linux-sandbox/native'
import {
  absolutePath,
  accessOf,
  isFullDiskWrite,
  resolvePolicy,
  validateProfile,
} from '@linux-sandbox/policy'
import { isSandboxError, Sandbox } from 'linux-sandbox'
import { accessSync, constants, mkdirSync, realpathSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path/posix'
import { atBase, profileOf } from './case.mjs'
import { differencesOf, factsOf } from './compare-answers.mjs'
import { compareAnswer } from './compare.mjs'
import { identityAt, makeTree, treeIn } from './disk.mjs'
import { encodeQuestions, parseAnswers } from './protocol.mjs'
import { questionsFor } from './questions.mjs'

/**
 * @typedef {import('./case.mjs').Case} Case
 * @typedef {import('./compare.mjs').Mismatch} Mismatch
 * @typedef {import('./compare-answers.mjs').AnswerFacts} AnswerFacts
 * @typedef {import('./backends.mjs').AnyOracle} Oracle
 *
 * @typedef {object} Verdict
 * @property {'held' | 'refused' | 'failed'} outcome
 * @property {number} probes - acts that were tried
 * @property {readonly Mismatch[]} mismatches
 * @property {string} [refusal] - the planner's message
 * @property {readonly AnswerFacts[]} [answers]
 *
 * @typedef {object} Place
 * @property {string} probe - the program, see probe/main.c
 * @property {string} base - canonical path, two levels below a directory: both are made, and removed
 * @property {import('./backends.mjs').Backend} backend
 * @property {(one: Case) => Case} [enforced] - the case that is enforced instead of the one that is expected: to see that this test
 * can fail
 */

/**
 * Notes that a part of the policy is left out, so that the rest is another policy. `root-unsafe`: `tmpdir` through a link that the command
 * could replace.
 *
 * @type {ReadonlySet<string>}
 */
const UNENFORCED = new Set(['root-unsafe'])

/**
 * Makes the tree of `one`, tries everything in a sandbox under its policy, and compares: for each way to enforce it, and these with each other.
 *
 * @param {Case} one
 * @param {Place} place
 * @returns {Promise<Verdict>}
 */
export async function checkCase(one, place) {
  /** @type {Verdict | undefined} */
  let before
  for (const enforcer of place.backend.enforcers) {
    const verdict = await checkEnforced(one, { ...place, enforcer })
    if (verdict.outcome === 'failed') return verdict
    const differences = before === undefined ? [] : differencesOf(before, verdict)
    if (differences.length > 0) return failed(differences)
    before = { ...verdict, probes: verdict.probes + (before?.probes ?? 0) }
  }
  if (before === undefined) throw new Error('nothing enforces the case')
  return before
}

/** @typedef {Place & { enforcer: import('./backends.mjs').Enforcer }} EnforcedPlace */

/**
 * @param {Case} one
 * @param {EnforcedPlace} place
 * @returns {Promise<Verdict>}
 */
async function checkEnforced(one, place) {
  // In a directory of its own: what is beside a tree is seen through links that lead up.
  mkdirSync(place.base, { recursive: true })
  try {
    makeTree(one.nodes, place.base)
    return await tryEverything(one, place)
  } finally {
    rmSync(dirname(place.base), { recursive: true, force: true })
  }
}

/**
 * @param {Case} one
 * @param {EnforcedPlace} place
 * @returns {Promise<Verdict>}
 */
async function tryEverything(one, place) {
  const { probe, base, enforcer, enforced = (same) => same } = place
  const withOwnProbe = withProbe(one, place)
  const { oracle, ...expected } = expectationOf(withGuardedProgram(withOwnProbe, place), place)
  const refusals = expected.refusals({ base, isOrdinaryUser: process.geteuid?.() !== 0 })
  const certain = refusals.find(({ isCertain }) => isCertain)
  try {
    const sandbox = await Sandbox.create({
      ...optionsOf(enforced(withOwnProbe), base),
      backend: enforcer,
    })
    if (certain !== undefined) return failedToStart(`an error like ${certain.message}`, 'a sandbox')
    return await runProbe({ one, oracle, sandbox, probe, base })
  } catch (error) {
    if (!isSandboxError(error)) throw error
    const { message } = error
    if (!refusals.some((refusal) => refusal.message.test(message))) return failedToStart('a sandbox', message)
    return { outcome: 'refused', probes: 0, mismatches: [], refusal: message }
  }
}

/**
 * @param {string} expected
 * @param {string} answered
 */
function failedToStart(expected, answered) {
  return failed([{ path: '', act: 'start', expected, answered }])
}

/**
 * @param {{ one: Case, oracle: Oracle, sandbox: Sandbox, probe: string, base: string }} scene
 * @returns {Promise<Verdict>}
 */
async function runProbe({ one, oracle, sandbox, probe, base }) {
  const { asked, scratch } = questionsFor({ oracle, base, nodes: one.nodes })
  const identities = asked.map(({ expectation, object }) =>
    expectation.isSeen ? identityAt(object) : knownIdentity(object),
  )
  const before = treeIn(base)
  const run = await sandbox.run(probe, [], {
    input: encodeQuestions(
      asked.map(({ question }) => question),
      scratch,
    ),
    cwd: '/',
    env: {},
  })
  const unsafe = run.enforced.notes.find(({ kind }) => UNENFORCED.has(kind))
  if (unsafe !== undefined) return { outcome: 'refused', probes: 0, mismatches: [], refusal: unsafe.message }
  if (run.exitCode !== 0) {
    const end = `${run.exitCode ?? run.signal}: ${run.stderr}`
    return failed([{ path: '', act: 'end', expected: 'the probe ends with 0', answered: end }])
  }
  const answers = parseAnswers(run.stdout)
  if (answers.length !== asked.length)
    throw new Error(`${asked.length} questions have ${answers.length} answers`)

  /** @type {Mismatch[]} */
  const mismatches = []
  /** @type {AnswerFacts[]} */
  const facts = []
  let probes = 0
  const removed = new Set()
  for (const [index, answer] of answers.entries()) {
    const question = /** @type {import('./questions.mjs').Asked} */ (asked[index])
    const compared = compareAnswer(question.expectation, answer, identities[index] ?? '')
    probes += compared.probes
    facts.push(factsOf(question, answer, { base, identity: identities[index] ?? '' }))
    for (const mismatch of compared.mismatches) mismatches.push(located(mismatch, question, { oracle, base }))
    if (answer.outcomes.get('remove') === 0) removed.add(question.object.slice(base.length + 1))
  }
  mismatches.push(...leftOver({ before, removed, base }))
  if (mismatches.length > 0) return { ...failed(mismatches), probes }
  return { outcome: 'held', probes, mismatches, answers: facts }
}

/**
 * @param {Omit<Mismatch, 'path'>} mismatch
 * @param {import('./questions.mjs').Asked} asked
 * @param {{ oracle: Oracle, base: string }} scene
 * @returns {Mismatch}
 */
function located(mismatch, { question, object }, { oracle, base }) {
  const at = oracle.accessAt(object)
  const above = oracle.accessAt(dirname(object))
  return {
    path: question.path.startsWith(base) ? `$BASE${question.path.slice(base.length)}` : question.path,
    ...mismatch,
    why: `the policy gives ${at} on it and ${above} on its directory`,
  }
}

/**
 * Afterwards the host has what it had, but for what the probe said that it removed.
 *
 * @param {{ before: ReadonlyMap<string, string>, removed: ReadonlySet<string>, base: string }} trees
 * @returns {Mismatch[]}
 */
function leftOver({ before, removed, base }) {
  const after = treeIn(base)
  const paths = new Set([...before.keys(), ...after.keys()])
  return [...paths].flatMap((path) => {
    const expected = removed.has(path) ? undefined : before.get(path)
    const found = after.get(path)
    if (expected === found) return []
    return [
      {
        path: `$BASE/${path}`,
        act: 'host afterwards',
        expected: expected ?? 'nothing',
        answered: found ?? 'nothing',
      },
    ]
  })
}

/** @param {string} path */
function knownIdentity(path) {
  try {
    return identityAt(path)
  } catch {
    return ''
  }
}

/**
 * @param {readonly Mismatch[]} mismatches
 * @returns {Verdict}
 */
function failed(mismatches) {
  return { outcome: 'failed', probes: 0, mismatches }
}

/**
 * `one` with the right to execute the probe, which a policy of chance may not give.
 *
 * @param {Case} one
 * @param {Place} place
 * @returns {Case}
 */
function withProbe(one, place) {
  const { probe } = place
  if (expectationOf(one, place).oracle.accessAt(probe) !== 'deny') return one
  return { ...one, entries: [...one.entries, { path: { type: 'path', path: probe }, access: 'read' }] }
}

/**
 * `one` as it is enforced where the command could change the native program, which is then read-only: a rule in the whole disk, so that names
 * are protected even if all that the policy forbids is missing.
 *
 * @param {Case} one
 * @param {Place} place
 * @returns {Case}
 */
function withGuardedProgram(one, { base, backend }) {
  const { profile, policyCwd, tmpdir } = optionsOf(one, base)
  const policy = resolvePolicy(profile, { cwd: absolutePath(policyCwd), tmpdir })
  const directory = dirname(realpathSync(nativeProgramPath()))
  const isGuarded =
    !backend.enforcers.includes('landlock') &&
    !isFullDiskWrite(policy) &&
    accessOf(policy, absolutePath(directory)).access === 'write' &&
    mayBeChanged(directory)
  if (!isGuarded) return one
  return { ...one, entries: [...one.entries, { path: { type: 'path', path: directory }, access: 'read' }] }
}

/**
 * By this user; root trusts whom it grants the whole disk with every program.
 *
 * @param {string} directory
 */
function mayBeChanged(directory) {
  if (process.geteuid?.() === 0) return false
  try {
    accessSync(directory, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/**
 * @param {Case} one
 * @param {Place} place
 */
function expectationOf(one, { base, backend }) {
  const { profile, policyCwd, tmpdir } = optionsOf(one, base)
  const policy = resolvePolicy(profile, { cwd: absolutePath(policyCwd), tmpdir })
  const pathsOf = (/** @type {readonly import('./case.mjs').TreeNode[]} */ nodes) =>
    nodes.map(({ path }) => join(base, path))
  const links = one.nodes.filter(({ kind }) => kind === 'link')
  return backend.expect(policy, { paths: pathsOf(one.nodes), links: pathsOf(links) })
}

/**
 * @param {Case} one
 * @param {string} base
 */
function optionsOf(one, base) {
  return {
    profile: validateProfile(profileOf(one, base)),
    policyCwd: atBase(one.cwd, base),
    tmpdir: one.tmpdir === undefined ? '' : atBase(one.tmpdir, base),
  }
}
