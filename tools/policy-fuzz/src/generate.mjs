import { belowBase } from './case.mjs'
import { linksOutside, randomTree } from './generate-tree.mjs'
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
  const context = { random, nodes, features: wanted, outside: linksOutside(nodes) }
  const entries = [
    ...rootEntries(context),
    ...withRepeated(
      Array.from({ length: 1 + random.below(7) }, () => pathEntry(context)),
      context,
    ),
    ...specialEntries(context),
    ...globEntries(context),
  ]
  return {
    nodes,
    entries,
    cwd: belowBase(somePathInside(context)),
    ...(wanted.has('tmpdir') ? { tmpdir: belowBase(somePath(context)) } : {}),
    ...(wanted.has('globs') && random.chance(0.2) ? { globScanMaxDepth: 1 + random.below(6) } : {}),
  }
}

/**
 * @typedef {object} Context
 * @property {Random} random
 * @property {readonly TreeNode[]} nodes
 * @property {ReadonlySet<Feature>} features
 * @property {ReadonlySet<string>} outside - the links that lead out of the directory that is the case's own
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
  const isMissing = context.features.has('missing') && random.chance(0.15)
  const path = isMissing ? `${somePathInside(context)}/${random.pick(MISSING)}` : somePath(context)
  /** @type {Entry} */
  const entry = { path: { type: 'path', path: spelled(belowBase(path.replace(/^\//, '')), context) }, access }
  const isSkipped = context.features.has('missing') && random.chance(isMissing ? 0.4 : 0.1)
  return isSkipped ? { ...entry, missing_path_behavior: 'skip' } : entry
}

const MISSING = ['nothing', 'nothing/below', 'nothing/below/deep', '.codex', '.codex/hooks', 'a', 'a/b/c']

/**
 * `path` as somebody else could write it.
 *
 * @param {string} path
 * @param {Context} context
 */
function spelled(path, { random, features }) {
  if (!features.has('spellings') || random.chance(0.9)) return path
  return random.pick([`${path}/`, `${path}/.`, `${path}/x/..`, path.replaceAll('/', '//')])
}

/**
 * `entries`, some of them once more with an access of chance.
 *
 * @param {readonly Entry[]} entries
 * @param {Context} context
 * @returns {Entry[]}
 */
function withRepeated(entries, { random }) {
  return entries.flatMap((entry) =>
    random.chance(0.1) ? [entry, { ...entry, access: random.weighted(ACCESSES) }] : [entry],
  )
}

/**
 * The path of something in the tree, or of something in a directory that a link leads to.
 *
 * @param {Context} context
 * @returns {string}
 */
function somePath({ random, nodes, outside }) {
  const paths = ['', ...nodes.map(({ path }) => path)]
  const links = nodes
    .filter(({ kind, path }) => kind === 'link' && !outside.has(path))
    .map(({ path }) => path)
  if (links.length === 0 || random.chance(0.9)) return random.pick(paths)
  const name = random.pick(paths).split('/').at(-1)
  return `${random.pick(links)}/${name}`
}

/**
 * As `somePath`, for a path that something is appended to: what could come and go with another sandbox must not be named.
 *
 * @param {Context} context
 * @returns {string}
 */
function somePathInside(context) {
  const path = somePath(context)
  return context.outside.has(path) ? '' : path
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
  if (features.has('unknown') && random.chance(0.1)) {
    entries.push(special({ kind: 'unknown', path: ':later' }, random.weighted(ACCESSES)))
  }
  return entries
}

const SUBPATHS = ['a', 'b', 'src', 'a/b', '.agents', '.codex', 'deep/a']

/**
 * @param {Context} context
 * @returns {Entry[]}
 */
function globEntries({ random, nodes, features }) {
  if (!features.has('globs') || random.chance(0.5)) return []
  const directories = ['', ...nodes.filter(({ kind }) => kind !== 'file').map(({ path }) => path)]
  return Array.from({ length: 1 + random.below(3) }, () => {
    const prefix = random.chance(0.1) ? '.' : escaped(belowBase(random.pick(directories)))
    const pattern = `${prefix}/${random.pick(GLOB_TAILS)}`
    return { path: { type: 'glob_pattern', pattern }, access: 'deny' }
  })
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
  '**/.codex/*',
  '[!a]*',
  '{nothing,a}/below',
  '{a,nothing}',
  '**/b/**/c',
  '.codex',
]

/** @param {string} text */
function escaped(text) {
  return text.replaceAll(/[*?[\]{}\\]/g, String.raw`\$&`)
}

/**
 * @param {{ kind: string, subpath?: string, path?: string }} value
 * @param {Access} access
 * @returns {Entry}
 */
function special(value, access) {
  return { path: { type: 'special', value }, access }
}
