import { dirname, join, relative } from 'node:path/posix'
import { atBase, belowBase } from './case.mjs'

/**
 * @typedef {import('./case.mjs').TreeNode} TreeNode
 * @typedef {import('./features.mjs').Feature} Feature
 * @typedef {import('./random.mjs').Random} Random
 */

const PROTECTED_NAMES = ['.codex', '.codex', '.agents', '.aws']
const NAMES = ['a', 'b', 'c', 'd', 'e', 'src', 'deep', '.hidden', '.env']
/** Each has a character that some layer between a policy and the kernel could take for its own. */
const ODD_NAMES = ['x y', 'ü', '*', '[a]', '-n', '--bind', '{a,b}', 'a\\b', 'line\nend', '...', '$BASE', '%s']
const DEPTH_MAX = 6

/**
 * A tree with directories nested up to depth 6. Parents come first.
 *
 * @param {Random} random
 * @param {ReadonlySet<Feature>} features
 * @returns {TreeNode[]}
 */
export function randomTree(random, features) {
  const names = nameChoices(features)
  /** @type {TreeNode[]} */
  const nodes = []
  const directories = ['']
  for (let count = 4 + random.below(16); count > 0; count--) {
    const node = randomNode({ random, names, nodes, directories })
    if (node === undefined) continue
    nodes.push(node)
    if (node.kind === 'directory') directories.push(node.path)
  }
  if (!features.has('links')) return nodes
  for (let count = random.below(5); count > 0; count--) {
    const path = freePath({ random, names, nodes, directories })
    if (path !== undefined)
      nodes.push({ path, kind: 'link', target: randomTarget(path, nodes, { random, features }) })
  }
  return nodes
}

/**
 * @typedef {object} Growth
 * @property {Random} random
 * @property {readonly (readonly [number, readonly string[]])[]} names
 * @property {readonly TreeNode[]} nodes
 * @property {readonly string[]} directories
 */

/**
 * @param {Growth} growth
 * @returns {TreeNode | undefined}
 */
function randomNode(growth) {
  const path = freePath(growth)
  if (path === undefined) return undefined
  const isDeep = path.split('/').length > DEPTH_MAX
  return { path, kind: !isDeep && growth.random.chance(0.65) ? 'directory' : 'file' }
}

/**
 * A path that is not taken, mostly in the directory that was made last, so that trees become deep.
 *
 * @param {Growth} growth
 */
function freePath({ random, names, nodes, directories }) {
  const parent = random.chance(0.55) ? (directories.at(-1) ?? '') : random.pick(directories)
  const name = random.pick(random.weighted(names))
  const path = parent === '' ? name : `${parent}/${name}`
  return nodes.some((node) => node.path === path) ? undefined : path
}

/**
 * @param {ReadonlySet<Feature>} features
 * @returns {(readonly [number, readonly string[]])[]}
 */
function nameChoices(features) {
  return [
    [12, NAMES],
    [1, ODD_NAMES],
    ...(features.has('protected-names') ? [/** @type {const} */ ([3, PROTECTED_NAMES])] : []),
  ]
}

/**
 * @param {string} path - of the link
 * @param {readonly TreeNode[]} nodes
 * @param {{ random: Random, features: ReadonlySet<Feature> }} choices
 * @returns {string}
 */
function randomTarget(path, nodes, { random, features }) {
  const node = random.pick(['', ...nodes.map((one) => one.path)])
  const parent = path.includes('/') ? `/${path.slice(0, path.lastIndexOf('/'))}` : '/'
  return random.weighted([
    [8, () => relative(parent, `/${node}`) || '.'],
    [5, () => belowBase(node)],
    [1, () => `${belowBase(node)}/nothing`],
    [1, () => 'nothing'],
    [1, () => 'nothing/at/all'],
    [1, () => '..'],
    [features.has('links-through-files') ? 1 : 0, () => `./${relative(parent, `/${node}`)}/../`],
    [0.5, () => random.pick(['/etc', '/etc/passwd', '/', '/dev/null/there'])],
    [0.3, () => path.slice(path.lastIndexOf('/') + 1)],
  ])()
}

/**
 * The links among `nodes` that lead to `/` or into other directories of the host, as far as their text tells.
 *
 * @param {readonly TreeNode[]} nodes
 * @returns {ReadonlySet<string>}
 */
export function linksOutside(nodes) {
  /** @type {Set<string>} */
  const outside = new Set()
  const links = nodes.filter(({ kind }) => kind === 'link')
  for (let size = -1; size < outside.size;) {
    size = outside.size
    for (const { path, target = '' } of links) {
      const text = atBase(target, '')
      const isOutside = target.startsWith('/')
      const place = join('/', target === text ? dirname(path) : '', text)
      if (isOutside || [...outside].some((one) => `${place}/`.startsWith(`/${one}/`))) outside.add(path)
    }
  }
  return outside
}
