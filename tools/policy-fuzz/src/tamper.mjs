/*
 * Mistakes to enforce in the place of the policy of a case, to see that this test finds them.
 */

/**
 * @typedef {import('./case.mjs').Case} Case
 * @typedef {import('./case.mjs').Entry} Entry
 * @typedef {keyof typeof tamperings} Tampering
 */

export const tamperings = Object.freeze({
  /** What is denied is only made read-only. */
  'deny-becomes-read': (/** @type {Case} */ one) =>
    withEntries(one, (entry) => replaceAccess(entry, 'deny', 'read')),
  'read-becomes-write': (/** @type {Case} */ one) =>
    withEntries(one, (entry) => replaceAccess(entry, 'read', 'write')),
  /** A grant that is lost. */
  'write-becomes-read': (/** @type {Case} */ one) =>
    withEntries(one, (entry) => replaceAccess(entry, 'write', 'read')),
  /** What is missing can be created, whatever an entry says of it. */
  'missing-is-skipped': (/** @type {Case} */ one) =>
    withEntries(one, (entry) => ({ ...entry, missing_path_behavior: 'skip' })),
})

/**
 * @param {Case} one
 * @param {(entry: Entry) => Entry} change
 * @returns {Case}
 */
function withEntries(one, change) {
  return { ...one, entries: one.entries.map((entry) => (entry.path.type === 'path' ? change(entry) : entry)) }
}

/**
 * @param {Entry} entry
 * @param {import('./case.mjs').Access} from
 * @param {import('./case.mjs').Access} to
 * @returns {Entry}
 */
function replaceAccess(entry, from, to) {
  return entry.access === from ? { ...entry, access: to } : entry
}
