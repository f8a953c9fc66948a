import { readdirSync } from 'node:fs'
import { dirname } from 'node:path/posix'
import { isDirectoryOnDisk } from './missing.mjs'
import { isWithin } from './placed-entries.mjs'

/*
 * What each act on an object must come to when the policy gives the command an access to it: the table of the README.
 */

/**
 * `yes`: it works. `no`: something refuses it.
 *
 * @typedef {'yes' | 'no'} Verdict
 * @typedef {Readonly<Record<string, Verdict>>} Verdicts
 * @typedef {import('./backends.mjs').AnyOracle} Oracle
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
 * @param {{ kind: 'f' | 'd' | 'l', path: string, scratch: string }} object - `scratch`: a directory that the command may write, or empty
 * @returns {Expectation}
 */
export function expectAtOwnName(oracle, { kind, path, scratch }) {
  const access = oracle.accessAt(path)
  const stat = yesIf(oracle.isNamed(path))
  const content =
    kind === 'l'
      ? { readlink: yesIf(access !== 'deny' || oracle.hasCopiedLink(path)) }
      : contentVerdicts(oracle, { kind, path, access })
  return {
    verdicts: {
      stat,
      ...content,
      ...placeVerdicts(oracle, path, scratch),
      ...(kind === 'f' ? linkVerdicts(oracle, path, scratch) : {}),
    },
    isSeen: access !== 'deny',
    ...(kind === 'd' && access !== 'deny' ? { names: namesIn(oracle, path) } : {}),
  }
}

/**
 * For a directory that stands at `path` only while the command runs.
 *
 * @param {Oracle} oracle
 * @param {{ path: string, scratch: string }} object
 * @returns {Expectation}
 */
export function expectPlaceholder(oracle, { path, scratch }) {
  const access = oracle.accessAt(path)
  return {
    verdicts: {
      stat: 'yes',
      ...contentVerdicts(oracle, { kind: 'd', path, access }),
      ...placeVerdicts(oracle, path, scratch),
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
  const content =
    kind === 'o'
      ? { list: yesIf(isSeen) }
      : contentVerdicts(oracle, { kind: kind === 'F' ? 'f' : 'd', path: place.path, access })
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
 * @param {Oracle} oracle
 * @param {{ kind: 'f' | 'd', path: string, access: import('./oracle.mjs').Access }} object - `access`: none where it cannot be reached
 * @returns {Verdicts}
 */
function contentVerdicts(oracle, { kind, path, access }) {
  const isThere = access !== 'deny'
  const read = yesIf(isThere)
  const write = yesIf(access === 'write')
  const chmod = yesIf(isThere && oracle.mayAlter(path, 'chmod'))
  if (kind === 'f')
    return { read, write, truncate: yesIf(isThere && oracle.mayAlter(path, 'truncate')), chmod }
  return { list: read, create: write, mkdir: write, chmod }
}

/**
 * Between two mounts nothing can be moved, and no directory can be moved into itself.
 *
 * @param {Oracle} oracle
 * @param {string} path
 * @param {string} scratch
 * @returns {Verdicts}
 */
function placeVerdicts(oracle, path, scratch) {
  const change = oracle.mayRename(path)
  const canMove = () => change && oracle.isConnected(path, scratch) && !isWithin(scratch, path)
  return {
    rename: yesIf(change),
    replace: yesIf(change),
    ...(scratch === '' ? {} : { move: yesIf(canMove()) }),
  }
}

/**
 * @param {Oracle} oracle
 * @param {string} path
 * @param {string} scratch
 * @returns {Verdicts}
 */
function linkVerdicts(oracle, path, scratch) {
  return {
    link: yesIf(oracle.mayRename(path)),
    ...(scratch === '' ? {} : { 'link-away': yesIf(oracle.isConnected(path, scratch)) }),
  }
}

/**
 * @param {Oracle} oracle
 * @param {string} path
 */
function namesIn({ placeholders }, path) {
  const onDisk = isDirectoryOnDisk(path) ? readdirSync(path) : []
  return onDisk.length + [...placeholders].filter((placeholder) => dirname(placeholder) === path).length
}
