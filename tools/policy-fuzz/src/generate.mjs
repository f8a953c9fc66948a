import { belowBase } from './case.mjs'
import { randomTree } from './generate-tree.mjs'
import { randomFor } from './random.mjs'

/**
 * @typedef {import('./case.mjs').Access} Access
 * @typedef {import('./case.mjs').Case} Case
 * @typedef {import('./case.mjs').Entry} Entry
 * @typedef {import('./case.mjs').TreeNode} TreeNode
 * @typedef {import('./features.mjs').Feature} Feature
 * @typedef {import('./random.mjs').Random} Random
 */

/**
 * The case number `index` of a run with `seed`: the same one whatever else the run does.
 *
 * @param {{ seed: number, index: number, features: readonly Feature[] }} run
 * @returns {Case}
 */
export function randomCase({ seed, index, features }) {
  const random = randomFor(seed, index)
  const wanted = new Set(features)
  const nodes = randomTree(random, wanted)
  const context = { random, nodes, features: wanted }
  const entries = [
    ...rootEntries(context),
    ...Array.from({ length: 1 + random.below(7) }, () => pathEntry(context)),
    ...specialEntries(context),
    ...globEntries(context),
  ]
  return {
    nodes,
    entries,
    cwd: belowBase(somePath(context)),
    ...(wanted.has('tmpdir') ? { tmpdir: belowBase(somePath(context)) } : {}),
    ...(wanted.has('globs') && random.chance(0.1) ? { globScanMaxDepth: 1 + random.below(4) } : {}),
  }
}

/**
 * @typedef {object} Context
 * @property {Random} random
 * @property {readonly TreeNode[]} nodes
 * @property {ReadonlySet<Feature>} features
 */

/** @type {readonly (readonly [number, Access])[]} */
const ACCESSES = [
  [4, 'write'],
  [3, 'read'],
  [3, 'deny'],
]

/**
 * @param {Context} context
 * @returns {Entry[]}
 */
function rootEntries({ random, features }) {
  const isRestricted = features.has('restricted') && random.chance(0.4)
  if (isRestricted) return random.chance(0.3) ? [special({ kind: 'root' }, 'deny')] : []
  return [special({ kind: 'root' }, random.chance(0.2) ? 'write' : 'read')]
}

/**
 * @param {Context} context
 * @returns {Entry}
 */
function pathEntry(context) {
  const { random } = context
  const access = random.weighted(ACCESSES)
  const isMissing = context.features.has('missing') && random.chance(0.12)
  const path = isMissing ? `${somePath(context)}/${random.pick(MISSING)}` : somePath(context)
  /** @type {Entry} */
  const entry = { path: { type: 'path', path: belowBase(path.replace(/^\//, '')) }, access }
  const isSkipped = context.features.has('missing') && random.chance(isMissing ? 0.6 : 0.1)
  return isSkipped ? { ...entry, missing_path_behavior: 'skip' } : entry
}

const MISSING = ['nothing', 'nothing/below', '.git', 'x/../y', 'a']

/**
 * The path of something in the tree, or of something in a directory that a link leads to.
 *
 * @param {Context} context
 * @returns {string}
 */
function somePath({ random, nodes }) {
  const paths = ['', ...nodes.map(({ path }) => path)]
  const links = nodes.filter(({ kind }) => kind === 'link').map(({ path }) => path)
  if (links.length === 0 || random.chance(0.9)) return random.pick(paths)
  const name = random.pick(paths).split('/').at(-1)
  return `${random.pick(links)}/${name}`
}

/**
 * @param {Context} context
 * @returns {Entry[]}
 */
function specialEntries(context) {
  const { random, features } = context
  /** @type {Entry[]} */
  const entries = []
  if (features.has('project-roots') && random.chance(0.5)) {
    const subpath = random.chance(0.5) ? {} : { subpath: random.pick(SUBPATHS) }
    entries.push(special({ kind: 'project_roots', ...subpath }, random.weighted(ACCESSES)))
  }
  if (features.has('tmpdir') && random.chance(0.15))
    entries.push(special({ kind: 'tmpdir' }, random.weighted(ACCESSES)))
  if (features.has('slash-tmp') && random.chance(0.15)) {
    entries.push(special({ kind: 'slash_tmp' }, random.weighted(ACCESSES)))
  }
  if (features.has('minimal') && random.chance(0.2)) entries.push(special({ kind: 'minimal' }, 'read'))
  return entries
}

const SUBPATHS = ['a', 'b', 'src', 'a/b', '.git', '.codex', 'deep/a']

/**
 * @param {Context} context
 * @returns {Entry[]}
 */
function globEntries({ random, nodes, features }) {
  if (!features.has('globs') || random.chance(0.5)) return []
  const prefix = belowBase(
    random.pick(['', ...nodes.filter(({ kind }) => kind !== 'file').map(({ path }) => path)]),
  )
  const tail = random.pick(GLOB_TAILS)
  return [{ path: { type: 'glob_pattern', pattern: `${escaped(prefix)}/${tail}` }, access: 'deny' }]
}

const GLOB_TAILS = [
  '**/.env',
  '**/a',
  '*',
  '**/*',
  '**/[ab]',
  '{a,b}/**',
  '*/b',
  '**/.h*',
  'a/**/c',
  '?',
  '**/.git/*',
  '[!a]*',
]

/** @param {string} text */
function escaped(text) {
  return text.replaceAll(/[*?[\]{}\\]/g, String.raw`\$&`)
}

/**
 * @param {{ kind: string, subpath?: string }} value
 * @param {Access} access
 * @returns {Entry}
 */
function special(value, access) {
  return { path: { type: 'special', value }, access }
}
