import { readdirSync } from 'node:fs'
import { basename, join, relative } from 'node:path/posix'
import { expectAtOwnName, expectNewName, expectThroughPath } from './expectations.mjs'
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
 * @property {Expectation} [ifWaived] - in its place when the sandbox says that it does not protect the name
 * @property {string} object - canonical path of what the question is about
 *
 * @typedef {object} Scene
 * @property {import('./oracle.mjs').Oracle} oracle
 * @property {string} base
 * @property {readonly TreeNode[]} nodes
 */

const KINDS = /** @type {const} */ ({ file: 'f', directory: 'd', link: 'l' })
/** Nothing is changed there, whoever runs this. */
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
    askOwnName({ ...scene, path: join(base, node.path), kind: KINDS[node.kind], hasScratch: scratch !== '' }),
  )
  const links = nodes.filter(({ kind }) => kind === 'link').map(({ path }) => join(base, path))
  const led = [...links, ...links.flatMap(pathsBelowLink)].flatMap((path) => askThroughPath(scene, path))
  const outside = OUTSIDE.flatMap((path) => askThroughPath(scene, path))
  const names = newNames(scene).flatMap((path) => askThroughPath(scene, path))
  return { asked: [...own, ...led, ...outside, ...names, ...expectedRemovals(scene)], scratch }
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
 * @param {Scene & { path: string, kind: 'f' | 'd' | 'l', hasScratch: boolean }} object
 * @returns {Asked}
 */
function askOwnName({ oracle, base, nodes, path, kind, hasScratch }) {
  const witness = kind === 'd' ? witnessBelow({ oracle, base, nodes, path }) : undefined
  const hasWitness = witness !== undefined
  return {
    question: { kind, path, ...(hasWitness ? { witness } : {}) },
    expectation: expectAtOwnName(oracle, { kind, path, hasScratch, hasWitness }),
    object: path,
  }
}

/**
 * Something below `path` that the command may not write: nor may it when `path` has another name.
 *
 * @param {Pick<Scene, 'oracle' | 'base' | 'nodes'> & { path: string }} directory
 * @returns {Question['witness']}
 */
function witnessBelow({ oracle, base, nodes, path }) {
  const found = nodes.find(
    (node) =>
      node.kind !== 'link' &&
      join(base, node.path).startsWith(`${path}/`) &&
      oracle.accessAt(join(base, node.path)) !== 'write',
  )
  if (found === undefined) return undefined
  return { path: relative(path, join(base, found.path)), kind: found.kind === 'directory' ? 'd' : 'f' }
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
 * Nothing outside the tree is ever changed, and only directories are looked at there.
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
    const expectation = expectNewName(oracle, kind, { place, isWaived: false })
    const ifWaived = expectNewName(oracle, kind, { place, isWaived: true })
    return [{ question: { kind, path }, expectation, ifWaived, object: place.path }]
  }
  const kind = isInTree
    ? KINDS_BEHIND_PATH[place.kind]
    : place.kind === 'directory' && !isOwnPlace(place.path) && 'o'
  if (!kind) return []
  return [
    { question: { kind, path }, expectation: expectThroughPath(oracle, kind, place), object: place.path },
  ]
}

const KINDS_BEHIND_PATH = /** @type {const} */ ({ file: 'F', directory: 'D', other: undefined })

/**
 * The sandbox has its own `/dev` and `/proc`.
 *
 * @param {string} path
 */
function isOwnPlace(path) {
  return /^\/(dev|proc)(\/|$)/.test(path)
}

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
  return found.filter((path) => path.startsWith(`${base}/`) && basename(path) !== '..')
}
