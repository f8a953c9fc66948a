import { absolutePath, isInside } from '@linux-sandbox/policy'
import { atBase } from './case.mjs'
import { randomCase } from './generate.mjs'
import { randomFor } from './random.mjs'

/**
 * @typedef {import('./case.mjs').Case} Case
 * @typedef {import('./case.mjs').Entry} Entry
 * @typedef {import('./features.mjs').Feature} Feature
 */

/**
 * What a policy for Landlock can contain: it reads everything and denies nothing.
 *
 * @type {readonly Feature[]}
 */
export const LANDLOCK_FEATURES = [
  'links',
  'links-through-files',
  'missing',
  'project-roots',
  'protected-names',
  'tmpdir',
  'slash-tmp',
  'unknown',
  'spellings',
]

/** How many of the entries that only take away are left in: with one of them a policy is mostly refused. */
const KEPT = 0.03

/**
 * As `randomCase`, for policies that Landlock can mostly express.
 *
 * @param {{ seed: number, index: number, features: readonly Feature[] }} run
 * @returns {Case}
 */
export function randomLandlockCase(run) {
  const features = run.features.filter((feature) => LANDLOCK_FEATURES.includes(feature))
  const one = randomCase({ ...run, features })
  const random = randomFor(run.seed, run.index)
  const written = one.entries
    .filter(({ access }) => access === 'write')
    .flatMap((entry) => placeOf(entry, one))
  const isNarrowing = (/** @type {Entry} */ entry) =>
    entry.access === 'deny' ||
    (entry.access === 'read' &&
      placeOf(entry, one).some((path) => written.some((root) => path !== root && isInside(path, root))))
  return { ...one, entries: one.entries.filter((entry) => !isNarrowing(entry) || random.chance(KEPT)) }
}

/** Trees are made in the directory for temporary files. */
const BASE = '/tmp/base'

/**
 * What an entry names, as far as its text tells.
 *
 * @param {Entry} entry
 * @param {Case} one
 */
function placeOf({ path }, { cwd, tmpdir }) {
  switch (path.type) {
    case 'path':
      return [absolutePath(atBase(path.path, BASE))]
    case 'glob_pattern':
      return []
    case 'special': {
      const { kind, subpath = '' } = path.value
      if (kind === 'root') return [absolutePath('/')]
      if (kind === 'slash_tmp') return [absolutePath('/tmp')]
      if (kind === 'project_roots') return [absolutePath(`${atBase(cwd, BASE)}/${subpath}`)]
      return kind === 'tmpdir' && tmpdir !== undefined ? [absolutePath(atBase(tmpdir, BASE))] : []
    }
  }
}
