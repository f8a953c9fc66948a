import { lstatSync, readlinkSync } from 'node:fs'
import { dirname, join } from 'node:path/posix'

/*
 * Where a path leads: written for this test alone, so that a mistake in the planner's own resolver shows.
 */

/**
 * @typedef {object} Place
 * @property {string} path - of the object, without a link in it; what is missing is appended as written
 * @property {'directory' | 'file' | 'other' | 'missing'} kind
 * @property {readonly string[]} links - those that were followed, by their own paths
 * @property {readonly string[]} directories - those that were searched for a name
 */

/** Source: MAXSYMLINKS, include/linux/namei.h in Linux 6.12. */
const LINKS_MAX = 40

/**
 * @param {string} path - absolute
 * @returns {Place | 'nowhere'} `nowhere` when the links form a loop, or go on from a file or up from nothing
 * @see path_resolution(7)
 */
export function follow(path) {
  /** @type {string[]} */
  const links = []
  const directories = new Set()
  let left = namesOf(path)
  let at = '/'
  while (left.length > 0) {
    const [name = '', ...rest] = left
    directories.add(at)
    left = rest
    if (name === '..' || name === '.') {
      if (kindOf(at) !== 'directory') return 'nowhere'
      if (name === '..') at = dirname(at)
      continue
    }
    const next = join(at, name)
    const stats = lookAt(next)
    if (stats === undefined && rest.includes('..')) return 'nowhere'
    if (stats === undefined)
      return { path: join(next, ...rest), kind: 'missing', links, directories: [...directories] }
    if (!stats.isSymbolicLink()) {
      at = next
      continue
    }
    links.push(next)
    if (links.length > LINKS_MAX) return 'nowhere'
    const target = readlinkSync(next)
    if (target.startsWith('/')) at = '/'
    left = [...namesOf(target), ...rest]
  }
  return { path: at, kind: kindOf(at), links, directories: [...directories] }
}

/**
 * A `.` at the end asks for a directory, and so does a slash.
 *
 * @param {string} path
 */
function namesOf(path) {
  const names = path.split('/').filter((name) => name !== '' && name !== '.')
  return /\/\.?$/.test(path) ? [...names, '.'] : names
}

/**
 * @param {string} path
 * @returns {Place['kind']}
 */
function kindOf(path) {
  const stats = lstatSync(path)
  if (stats.isDirectory()) return 'directory'
  return stats.isFile() ? 'file' : 'other'
}

/**
 * What is at `path`, a link not followed; `undefined` when nothing is.
 *
 * @param {string} path
 */
export function lookAt(path) {
  try {
    return lstatSync(path)
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}
