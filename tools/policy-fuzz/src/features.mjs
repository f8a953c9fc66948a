/*
 * What a case can contain.
 */

import { join } from 'node:path/posix'
import { atBase } from './case.mjs'

/** @typedef {keyof typeof FEATURES} Feature */

/**
 * `mayBeRefused` is the largest share of the cases with a feature that the planner may refuse: when more are, the property says
 * little about that feature.
 */
export const FEATURES = Object.freeze({
  links: { mayBeRefused: 0.3 },
  /** Links that lead through a file, as `file/..` does. */
  'links-through-files': { mayBeRefused: 0.5 },
  missing: { mayBeRefused: 0.3 },
  'project-roots': { mayBeRefused: 0.3 },
  'protected-names': { mayBeRefused: 0.3 },
  tmpdir: { mayBeRefused: 0.35 },
  'slash-tmp': { mayBeRefused: 0.35 },
  globs: { mayBeRefused: 0.3 },
  restricted: { mayBeRefused: 0.3 },
  minimal: { mayBeRefused: 0.3 },
  unknown: { mayBeRefused: 0.35 },
  /** Paths with more in them than names. */
  spellings: { mayBeRefused: 0.35 },
})

/** @type {readonly Feature[]} */
export const ALL_FEATURES = /** @type {Feature[]} */ (Object.keys(FEATURES))

/**
 * The features that a list of names between commas has, or `all`.
 *
 * @param {string} text
 * @returns {Feature[]}
 */
export function parseFeatures(text) {
  return [...new Set(text.split(',').flatMap(namedFeatures))]
}

/**
 * @param {string} name
 * @returns {readonly Feature[]}
 */
function namedFeatures(name) {
  if (name === 'all') return ALL_FEATURES
  if (Object.hasOwn(FEATURES, name)) return [/** @type {Feature} */ (name)]
  throw new TypeError(`no feature "${name}"; there are ${ALL_FEATURES.join(', ')}, all`)
}

/**
 * The features that `one` has, for the statistics.
 *
 * @param {import('./case.mjs').Case} one
 * @returns {Feature[]}
 */
export function featuresOf({ nodes, entries }) {
  /** @type {Set<Feature>} */
  const found = new Set()
  if (nodes.some(({ kind }) => kind === 'link')) found.add('links')
  if (nodes.some(({ target }) => target?.endsWith('/../'))) found.add('links-through-files')
  if (nodes.some(({ path }) => PROTECTED.test(path))) found.add('protected-names')
  const known = new Set(['', ...nodes.map(({ path }) => path)])
  for (const { path } of entries) {
    if (path.type === 'glob_pattern') found.add('globs')
    if (path.type === 'special') found.add(SPECIAL_FEATURES[path.value.kind] ?? 'restricted')
    if (path.type !== 'path') continue
    const plain = join('/', atBase(path.path, '')).replace(/^\/|\/$/g, '')
    if (atBase(path.path, '') !== (plain === '' ? '' : `/${plain}`)) found.add('spellings')
    if (!known.has(plain)) found.add('missing')
  }
  const readsRoot = entries.some(
    ({ path, access }) => path.type === 'special' && path.value.kind === 'root' && access !== 'deny',
  )
  if (readsRoot) found.delete('restricted')
  else found.add('restricted')
  return [...found]
}

const PROTECTED = /(^|\/)\.(git|codex|agents|aws)(\/|$)/

/** @type {Readonly<Record<string, Feature>>} */
const SPECIAL_FEATURES = {
  minimal: 'minimal',
  unknown: 'unknown',
  project_roots: 'project-roots',
  tmpdir: 'tmpdir',
  slash_tmp: 'slash-tmp',
}
