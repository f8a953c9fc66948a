/*
 * A case: a tree and a policy over it, as JSON. `$BASE` at the start of a path is the directory that the tree is made in.
 */

/**
 * @typedef {object} TreeNode
 * @property {string} path - below the base, without `.` and `..`
 * @property {'directory' | 'file' | 'link'} kind
 * @property {string} [target] - of a link, as written in it
 *
 * @typedef {import('@linux-sandbox/policy').Access} Access
 *
 * @typedef {object} Entry - as on the wire
 * @property {EntryPath} path
 * @property {Access} access
 * @property {'skip'} [missing_path_behavior]
 *
 * @typedef {{ type: 'path', path: string }
 *   | { type: 'glob_pattern', pattern: string }
 *   | { type: 'special', value: { kind: string, subpath?: string, path?: string } }} EntryPath
 *
 * @typedef {object} Case
 * @property {readonly TreeNode[]} nodes - parents first
 * @property {readonly Entry[]} entries
 * @property {string} cwd - what `project_roots` means
 * @property {string} [tmpdir] - what `tmpdir` means
 * @property {number} [globScanMaxDepth]
 */

const BASE = '$BASE'

/**
 * `path` below the base, as a case writes it.
 *
 * @param {string} path
 * @returns {string}
 */
export function belowBase(path) {
  return path === '' ? BASE : `${BASE}/${path}`
}

/**
 * `text` with the directory `base` in the place of `$BASE`.
 *
 * @param {string} text
 * @param {string} base
 * @returns {string}
 */
export function atBase(text, base) {
  return text.startsWith(BASE) ? `${base}${text.slice(BASE.length)}` : text
}

/**
 * The profile of `one`, for a tree in `base`.
 *
 * @param {Case} one
 * @param {string} base
 * @returns {{ type: 'managed', file_system: object, network: 'restricted' }}
 */
export function profileOf({ entries, globScanMaxDepth }, base) {
  return {
    type: 'managed',
    file_system: {
      type: 'restricted',
      entries: entries.map((entry) => ({ ...entry, path: entryPathAt(entry.path, base) })),
      ...(globScanMaxDepth === undefined ? {} : { glob_scan_max_depth: globScanMaxDepth }),
    },
    network: 'restricted',
  }
}

/**
 * @param {EntryPath} path
 * @param {string} base
 * @returns {EntryPath}
 */
function entryPathAt(path, base) {
  switch (path.type) {
    case 'path':
      return { ...path, path: atBase(path.path, base) }
    case 'glob_pattern':
      return { ...path, pattern: atBase(path.pattern, base) }
    case 'special':
      return path
  }
}
