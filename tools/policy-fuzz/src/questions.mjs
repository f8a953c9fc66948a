import { readdirSync } from 'node:fs'
import { join } from 'node:path/posix'
import { expectAtOwnName, expectNewName, expectPlaceholder, expectThroughPath } from './expectations.mjs'
import { follow } from './follow.mjs'
import { expectedRemovals } from './removal.mjs'

/**
 * @typedef {import('./case.mjs').TreeNode} TreeNode
 * @typedef {import('./expectations.mjs').Expectation} Expectation
 * @typedef {import('./protocol.mjs').Question} Question
 *
 * @typedef {object} Asked
 * @property {Question} question
 * @property {Expectation} expectation
 * @property {string} object - canonical path of what the question is about
 *
 * @typedef {object} Scene
 * @property {import('./backends.mjs').AnyOracle} oracle
 * @property {string} base
 * @property {readonly TreeNode[]} nodes
 */

const KINDS = /** @type {const} */ ({ file: 'f', directory: 'd', link: 'l' })
/** Nothing is changed there, whoever runs this. What else is in `/` may be a placeholder of another sandbox. */
const OUTSIDE = ['/', '/etc', '/usr', '/tmp']
const MADE_BELOW_A_LINK = 4

/**
 * Everything that the probe is asked, in order: what is undone at once, then the removals.
 *
 * @param {Scene} scene
 * @returns {{ asked: Asked[], scratch: string }}
 */
export function questionsFor(scene) {
  const { nodes, base } = scene
  const scratch = scratchDirectory(scene)
  const own = [{ path: '', kind: /** @type {const} */ ('directory') }, ...nodes].map((node) =>
    askOwnName({ ...scene, path: join(base, node.path), kind: KINDS[node.kind], scratch }),
  )
  const links = nodes.filter(({ kind }) => kind === 'link').map(({ path }) => join(base, path))
  const led = [...links, ...links.flatMap(pathsBelowLink)].flatMap((path) => askThroughPath(scene, path))
  const outside = OUTSIDE.flatMap((path) => askThroughPath(scene, path))
  const names = newNames(scene).flatMap((path) => askThroughPath(scene, path))
  const placeholders = placeholdersIn(scene).map((path) => askPlaceholder({ ...scene, path, scratch }))
  return {
    asked: [...own, ...led, ...outside, ...names, ...placeholders, ...expectedRemovals(scene)],
    scratch,
  }
}

/**
 * @param {Scene} scene
 * @returns {string} empty when the command can write no directory of the tree
 */
function scratchDirectory({ oracle, base, nodes }) {
  const directories = ['', ...nodes.filter(({ kind }) => kind === 'directory').map(({ path }) => path)]
  const free = directories.find((path) => oracle.accessAt(join(base, path)) === 'write')
  return free === undefined ? '' : join(base, free)
}

/**
 * @param {Scene & { path: string, kind: 'f' | 'd' | 'l', scratch: string }} object
 * @returns {Asked}
 */
function askOwnName({ oracle, path, kind, scratch }) {
  return {
    question: { kind, path },
    expectation: expectAtOwnName(oracle, { kind, path, scratch }),
    object: path,
  }
}

/**
 * @param {Scene & { path: string, scratch: string }} placeholder
 * @returns {Asked}
 */
function askPlaceholder({ oracle, path, scratch }) {
  return {
    question: { kind: 'd', path },
    expectation: expectPlaceholder(oracle, { path, scratch }),
    object: path,
  }
}

/** @param {string} link */
function pathsBelowLink(link) {
  const place = follow(link)
  if (place === 'nowhere' || place.kind !== 'directory') return []
  return readdirSync(place.path)
    .slice(0, MADE_BELOW_A_LINK)
    .map((name) => `${link}/${name}`)
}

/**
 * Nothing outside the tree is ever changed, and only some directories are looked at there.
 *
 * @param {Scene} scene
 * @param {string} path
 * @returns {Asked[]}
 */
function askThroughPath({ oracle, base }, path) {
  const place = follow(path)
  if (place === 'nowhere') return []
  const isInTree = place.path === base || place.path.startsWith(`${base}/`)
  if (place.kind === 'missing') {
    if (!isInTree) return []
    const kind = place.links.length > 0 ? 'n' : 'm'
    return [{ question: { kind, path }, expectation: expectNewName(oracle, kind, place), object: place.path }]
  }
  const kind = isInTree
    ? KINDS_BEHIND_PATH[place.kind]
    : OUTSIDE.includes(place.path) && /** @type {const} */ ('o')
  if (!kind) return []
  return [
    { question: { kind, path }, expectation: expectThroughPath(oracle, kind, place), object: place.path },
  ]
}

const KINDS_BEHIND_PATH = /** @type {const} */ ({ file: 'F', directory: 'D', other: undefined })

/**
 * Names that a rule is about and that are not taken.
 *
 * @param {Scene} scene
 */
function newNames({ oracle, base }) {
  const ofEntries = oracle.entries
    .filter(({ isMissing, isNowhere }) => isMissing && !isNowhere)
    .map(({ path }) => path)
  const found = [...new Set([...ofEntries, ...oracle.missingProtectedPaths()])]
  return found.filter((path) => path.startsWith(`${base}/`))
}

/** @param {Scene} scene */
function placeholdersIn({ oracle, base }) {
  return [...oracle.placeholders].filter((path) => path.startsWith(`${base}/`))
}
