/*
 * What a case can contain. A feature that the planner does not support yet is left out by default.
 */

/** @typedef {keyof typeof FEATURES} Feature */

/**
 * `mayBeRefused` is the largest share of the cases with a feature that the planner may refuse: when more are, the property says
 * little about that feature. `isDefault`: whether a run has it when it is not asked for anything else.
 */
export const FEATURES = Object.freeze({
  links: { mayBeRefused: 0.3, isDefault: true },
  /** Links that lead through a file, as `file/..` does. */
  'links-through-files': { mayBeRefused: 0.5, isDefault: false },
  missing: { mayBeRefused: 0.5, isDefault: true },
  'project-roots': { mayBeRefused: 0.35, isDefault: true },
  'protected-names': { mayBeRefused: 0.4, isDefault: true },
  tmpdir: { mayBeRefused: 0.35, isDefault: true },
  'slash-tmp': { mayBeRefused: 0.35, isDefault: true },
  globs: { mayBeRefused: 0.35, isDefault: false },
  restricted: { mayBeRefused: 0.35, isDefault: false },
  minimal: { mayBeRefused: 0.35, isDefault: false },
})

/** @type {readonly Feature[]} */
export const ALL_FEATURES = /** @type {Feature[]} */ (Object.keys(FEATURES))

/** @type {readonly Feature[]} */
export const DEFAULT_FEATURES = ALL_FEATURES.filter((name) => FEATURES[name].isDefault)

/**
 * The features that a list of names has: `default`, `all`, or names between commas, where `default,globs` adds one.
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
  if (name === 'default') return DEFAULT_FEATURES
  if (name === 'all') return ALL_FEATURES
  if (Object.hasOwn(FEATURES, name)) return [/** @type {Feature} */ (name)]
  throw new TypeError(`no feature "${name}"; there are ${ALL_FEATURES.join(', ')}, default, all`)
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
  const paths = new Set(nodes.map(({ path }) => path))
  for (const { path } of entries) {
    if (path.type === 'glob_pattern') found.add('globs')
    if (path.type === 'path' && !paths.has(path.path.slice('$BASE/'.length)) && path.path !== '$BASE')
      found.add('missing')
    if (path.type === 'special') found.add(SPECIAL_FEATURES[path.value.kind] ?? 'restricted')
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
  project_roots: 'project-roots',
  tmpdir: 'tmpdir',
  slash_tmp: 'slash-tmp',
}
