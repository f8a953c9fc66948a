import { readdirSync } from 'node:fs'
import { dirname } from 'node:path/posix'
import { isDirectoryOnDisk } from './missing.mjs'

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
 * @property {boolean} isSeen - whether it is the object of the host that is seen, and not something in its place
 * @property {number} [names] - how many names a directory that can be listed has
 */

/**
 * For the object at `path`, by its own name.
 *
 * @param {Oracle} oracle
 * @param {{ kind: 'f' | 'd' | 'l', path: string, hasScratch: boolean }} object
 * @returns {Expectation}
 */
export function expectAtOwnName(oracle, { kind, path, hasScratch }) {
  const access = oracle.accessAt(path)
  const stat = yesIf(oracle.isNamed(path))
  const content =
    kind === 'l'
      ? { readlink: yesIf(access !== 'deny' || oracle.hasCopiedLink(path)) }
      : contentVerdicts(kind, access)
  return {
    verdicts: {
      stat,
      ...content,
      ...placeVerdicts(oracle, path, hasScratch),
      ...(kind === 'f' ? linkVerdicts(oracle, path, hasScratch) : {}),
    },
    isSeen: access !== 'deny',
    ...(kind === 'd' && access !== 'deny' ? { names: namesIn(oracle, path) } : {}),
  }
}

/**
 * For a directory that stands at `path` only while the command runs.
 *
 * @param {Oracle} oracle
 * @param {{ path: string, hasScratch: boolean }} object
 * @returns {Expectation}
 */
export function expectPlaceholder(oracle, { path, hasScratch }) {
  const access = oracle.accessAt(path)
  return {
    verdicts: {
      stat: 'yes',
      ...contentVerdicts('d', access),
      ...placeVerdicts(oracle, path, hasScratch),
    },
    isSeen: false,
    // What is in one that is read-only is not the command's.
    ...(access === 'write' ? { names: namesIn(oracle, path) } : {}),
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
  const access = isReached ? oracle.accessAt(place.path) : 'deny'
  const isSeen = access !== 'deny'
  const stat = yesIf(isReached && oracle.isNamed(place.path))
  const content = kind === 'o' ? { list: yesIf(isSeen) } : contentVerdicts(kind === 'F' ? 'f' : 'd', access)
  const names = kind === 'D' && isSeen ? { names: namesIn(oracle, place.path) } : {}
  return { verdicts: { stat, ...content }, isSeen, ...names }
}

/**
 * For a name that is not taken.
 *
 * @param {Oracle} oracle
 * @param {'m' | 'n'} kind
 * @param {import('./follow.mjs').Place} place
 * @returns {Expectation}
 */
export function expectNewName(oracle, kind, place) {
  const verdict = yesIf(oracle.mayCreate(place.path) && oracle.canBeReached(place))
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
 * @param {'f' | 'd'} kind
 * @param {import('./oracle.mjs').Access} access
 * @returns {Verdicts}
 */
function contentVerdicts(kind, access) {
  const read = yesIf(access !== 'deny')
  const write = yesIf(access === 'write')
  if (kind === 'f') return { read, write, truncate: write, chmod: write }
  return { list: read, create: write, mkdir: write, chmod: write }
}

/**
 * Between two mounts nothing can be moved, and which mounts there are is the planner's business.
 *
 * @param {Oracle} oracle
 * @param {string} path
 * @param {boolean} hasScratch
 * @returns {Verdicts}
 */
function placeVerdicts(oracle, path, hasScratch) {
  const change = yesIf(oracle.mayRename(path))
  return {
    rename: change,
    replace: change,
    ...(hasScratch ? { move: change === 'yes' ? 'any' : 'no' } : {}),
  }
}

/**
 * @param {Oracle} oracle
 * @param {string} path
 * @param {boolean} hasScratch
 * @returns {Verdicts}
 */
function linkVerdicts(oracle, path, hasScratch) {
  const away = oracle.accessAt(path) === 'write' ? 'any' : 'no'
  return { link: yesIf(oracle.mayRename(path)), ...(hasScratch ? { 'link-away': away } : {}) }
}

/**
 * @param {Oracle} oracle
 * @param {string} path
 */
function namesIn({ placeholders }, path) {
  const onDisk = isDirectoryOnDisk(path) ? readdirSync(path) : []
  return onDisk.length + [...placeholders].filter((placeholder) => dirname(placeholder) === path).length
}
