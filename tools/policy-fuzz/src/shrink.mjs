/*
 * A failing case made smaller, step by step, for as long as it fails in the same way.
 */

/**
 * @typedef {import('./case.mjs').Case} Case
 * @typedef {import('./case.mjs').Entry} Entry
 * @typedef {import('./case.mjs').TreeNode} TreeNode
 */

/** A step costs one sandbox. */
const STEPS_MAX = 600

/**
 * The smallest case that was found with `fails`.
 *
 * @param {Case} one - for which `fails` is true
 * @param {(candidate: Case) => Promise<boolean>} fails
 * @returns {Promise<Case>}
 */
export async function shrink(one, fails) {
  let smallest = one
  let stepsLeft = STEPS_MAX
  for (let hasShrunk = true; hasShrunk;) {
    hasShrunk = false
    // Goes on where it was after a step that helped: what did not help before it is tried again in the next round.
    for (let at = 0, candidates = smallerCases(smallest); at < candidates.length;) {
      if (stepsLeft-- === 0) return smallest
      const candidate = /** @type {Case} */ (candidates[at])
      if (await fails(candidate)) {
        smallest = candidate
        candidates = smallerCases(smallest)
        hasShrunk = true
      } else at++
    }
  }
  return smallest
}

/**
 * Cases a step smaller than `one`, those that leave out most first.
 *
 * @param {Case} one
 * @returns {Case[]}
 */
function smallerCases(one) {
  return [...eachSmallerCase(one)]
}

/**
 * @param {Case} one
 * @returns {Generator<Case>}
 */
function* eachSmallerCase(one) {
  for (const node of one.nodes)
    yield { ...one, nodes: one.nodes.filter(({ path }) => !isAtOrBelow(path, node.path)) }
  for (const index of one.entries.keys()) yield { ...one, entries: one.entries.toSpliced(index, 1) }
  for (const [index, entry] of one.entries.entries()) {
    for (const simpler of simplerEntries(entry, one))
      yield { ...one, entries: one.entries.with(index, simpler) }
  }
  for (const [index, node] of one.nodes.entries()) {
    for (const simpler of simplerNodes(node, one)) yield { ...one, nodes: one.nodes.with(index, simpler) }
  }
  if (one.cwd !== '$BASE') yield { ...one, cwd: '$BASE' }
  if (one.tmpdir !== undefined) yield withoutKey(one, 'tmpdir')
  if (one.globScanMaxDepth !== undefined) yield withoutKey(one, 'globScanMaxDepth')
}

/**
 * @param {Entry} entry
 * @param {Case} one
 * @returns {Generator<Entry>}
 */
function* simplerEntries(entry, { cwd, tmpdir }) {
  if (entry.missing_path_behavior !== undefined) yield withoutKey(entry, 'missing_path_behavior')
  if (entry.path.type !== 'special') return
  const { kind, subpath } = entry.path.value
  const path =
    kind === 'tmpdir' ? tmpdir : kind === 'project_roots' ? [cwd, subpath ?? []].flat().join('/') : undefined
  if (path !== undefined) yield { ...entry, path: { type: 'path', path } }
}

/**
 * @param {TreeNode} node
 * @param {Case} one
 * @returns {Generator<TreeNode>}
 */
function* simplerNodes({ path, kind }, { nodes }) {
  const hasChildren = nodes.some((node) => isAtOrBelow(node.path, path) && node.path !== path)
  if (kind === 'directory' && !hasChildren) yield { path, kind: 'file' }
  if (kind === 'link') yield { path, kind: 'directory' }
}

/**
 * @param {string} path
 * @param {string} directory
 */
function isAtOrBelow(path, directory) {
  return path === directory || path.startsWith(`${directory}/`)
}

/**
 * @template {object} Value
 * @param {Value} value
 * @param {keyof Value} key
 * @returns {Value}
 */
function withoutKey(value, key) {
  const { [key]: _left, ...rest } = value
  return /** @type {Value} */ (/** @type {unknown} */ (rest))
}
