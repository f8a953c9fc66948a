import { readdirSync } from 'node:fs'
import { dirname } from 'node:path/posix'

/*
 * What each act on an object must come to when the policy gives the command an access to it: the table of the README.
 */

/**
 * `yes`: it works. `no`: something refuses it. `any`: the policy does not say.
 *
 * @typedef {'yes' | 'no' | 'any'} Verdict
 * @typedef {Readonly<Record<string, Verdict>>} Verdicts
 * @typedef {import('./oracle.mjs').Oracle} Oracle
 * @typedef {import('./protocol.mjs').Kind} Kind
 *
 * @typedef {object} Expectation
 * @property {Verdicts} verdicts - for every act that is tried
 * @property {boolean | 'any'} isSeen - whether it is the object of the host that is seen, and not something in its place
 * @property {{ least: number, most: number }} [names] - how many names a directory that can be listed has
 */

/**
 * For the object at `path`, by its own name.
 *
 * @param {Oracle} oracle
 * @param {{ kind: 'f' | 'd' | 'l', path: string, hasScratch: boolean, hasWitness: boolean }} object
 * @returns {Expectation}
 */
export function expectAtOwnName(oracle, { kind, path, hasScratch, hasWitness }) {
  const access = oracle.accessAt(path)
  const content =
    kind === 'l' ? { stat: seen(access), readlink: seen(access) } : contentVerdicts(kind, access)
  return {
    verdicts: {
      ...content,
      ...placeVerdicts(oracle, path, { hasScratch, hasWitness }),
      ...(kind === 'f' ? linkVerdicts(oracle, path, hasScratch) : {}),
    },
    isSeen: oracle.isLinkOfGlob(path) ? 'any' : access !== 'deny',
    ...(kind === 'd' && access !== 'deny' ? { names: namesIn(oracle, path) } : {}),
  }
}

/**
 * For the object at `place`, by a path that leads there.
 *
 * @param {Oracle} oracle
 * @param {'F' | 'D' | 'o'} kind
 * @param {import('./follow.mjs').Place} place
 * @returns {Expectation}
 */
export function expectThroughPath(oracle, kind, place) {
  const isReached = oracle.canBeReached(place)
  const access = isReached === 'no' ? 'deny' : oracle.accessAt(place.path)
  const isSeen = access !== 'deny'
  /** @type {Verdicts} */
  const verdicts =
    kind === 'o'
      ? { stat: seen(access), list: yesIf(isSeen) }
      : contentVerdicts(kind === 'F' ? 'f' : 'd', access)
  if (isReached === 'any') return { verdicts: mapVerdicts(verdicts, atMost), isSeen: isSeen && 'any' }
  return { verdicts, isSeen, ...(kind === 'D' && isSeen ? { names: namesIn(oracle, place.path) } : {}) }
}

/**
 * @param {Verdicts} verdicts
 * @param {(verdict: Verdict) => Verdict} change
 * @returns {Verdicts}
 */
function mapVerdicts(verdicts, change) {
  return Object.fromEntries(Object.entries(verdicts).map(([act, verdict]) => [act, change(verdict)]))
}

/**
 * @param {Verdict} verdict
 * @returns {Verdict}
 */
function atMost(verdict) {
  return verdict === 'no' ? 'no' : 'any'
}

/**
 * For a name that is not taken.
 *
 * @param {Oracle} oracle
 * @param {'m' | 'n'} kind
 * @param {{ place: import('./follow.mjs').Place, isWaived: boolean }} missing - `isWaived`: the sandbox said that it does not protect the name
 * @returns {Expectation}
 */
export function expectNewName(oracle, kind, { place, isWaived }) {
  const { path } = place
  const mayCreate = isWaived ? oracle.accessAt(dirname(path)) === 'write' : oracle.mayCreate(path)
  const isReached = oracle.canBeReached(place)
  // A directory on the way to what must not be created is there already.
  const ifMayCreate = oracle.placeholderPaths().has(path) ? 'any' : isReached
  const verdict = mayCreate ? ifMayCreate : 'no'
  return { verdicts: kind === 'm' ? { create: verdict, mkdir: verdict } : { create: verdict }, isSeen: false }
}

/**
 * @param {boolean} fact
 * @returns {Verdict}
 */
function yesIf(fact) {
  return fact ? 'yes' : 'no'
}

/**
 * What is denied may be seen to exist; that it is not the object itself is checked by its identity.
 *
 * @param {import('./oracle.mjs').Access} access
 * @returns {Verdict}
 */
function seen(access) {
  return access === 'deny' ? 'any' : 'yes'
}

/**
 * @param {'f' | 'd'} kind
 * @param {import('./oracle.mjs').Access} access
 * @returns {Verdicts}
 */
function contentVerdicts(kind, access) {
  const read = yesIf(access !== 'deny')
  const write = yesIf(access === 'write')
  if (kind === 'f') return { stat: seen(access), read, write, truncate: write, chmod: write }
  return { stat: seen(access), list: read, create: write, mkdir: write, chmod: write }
}

/**
 * A name can be changed where both the object and its directory are written. What has a rule of its own has another access than
 * its directory, and is a mount point.
 *
 * @param {Oracle} oracle
 * @param {string} path
 * @param {{ hasScratch: boolean, hasWitness: boolean }} options
 * @returns {Verdicts}
 */
function placeVerdicts(oracle, path, { hasScratch, hasWitness }) {
  const change = verdictOnName(oracle, path)
  return {
    rename: change,
    replace: change,
    ...(hasScratch ? { move: atMost(change) } : {}),
    ...(hasWitness ? { witness: 'no' } : {}),
  }
}

/**
 * @param {Oracle} oracle
 * @param {string} path
 * @param {boolean} hasScratch
 * @returns {Verdicts}
 */
function linkVerdicts(oracle, path, hasScratch) {
  // Between two mounts there are no hard links, and which mounts there are is the planner's business.
  const away = oracle.accessAt(path) === 'write' ? 'any' : 'no'
  return { link: verdictOnName(oracle, path), ...(hasScratch ? { 'link-away': away } : {}) }
}

/**
 * Whether the name of the object at `path` can be changed: a rule for something below may keep it where it is.
 *
 * @param {Oracle} oracle
 * @param {string} path
 * @returns {Verdict}
 */
export function verdictOnName(oracle, path) {
  if (oracle.accessAt(dirname(path)) !== 'write') return 'no'
  if (oracle.isLinkToGrant(path) || oracle.isLinkOfGlob(path)) return 'any'
  if (oracle.accessAt(path) !== 'write') return 'no'
  return oracle.hasRuleBelow(path) ? 'any' : 'yes'
}

/**
 * What must not be created may be there inside, as a place to mount on.
 *
 * @param {Oracle} oracle
 * @param {string} path
 */
function namesIn(oracle, path) {
  const least = readdirSync(path).length
  const extra = [...oracle.placeholderPaths()].filter((missing) => dirname(missing) === path)
  return { least, most: least + extra.length }
}
