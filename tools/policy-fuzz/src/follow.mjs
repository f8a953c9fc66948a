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
 * @returns {Place | 'nowhere'} `nowhere` when the links form a loop, or go up from a file or from nothing
 * @see path_resolution(7)
 */
export function follow(path) {
  /** @type {string[]} */
  const links = []
  const directories = new Set()
  let left = namesOf(path)
  let at = '/'
  let asksForDirectory = path.endsWith('/')
  while (left.length > 0) {
    const [name = '', ...rest] = left
    directories.add(at)
    left = rest
    if (name === '..') {
      at = dirname(at)
      continue
    }
    const next = join(at, name)
    const stats = lookAt(next)
    if (stats === undefined && rest.includes('..')) return 'nowhere'
    if (stats === undefined)
      return { path: join(next, ...rest), kind: 'missing', links, directories: [...directories] }
    if (!stats.isSymbolicLink()) {
      if (!stats.isDirectory() && (rest[0] === '..' || (rest.length === 0 && asksForDirectory)))
        return 'nowhere'
      at = next
      continue
    }
    links.push(next)
    if (links.length > LINKS_MAX) return 'nowhere'
    const target = readlinkSync(next)
    if (rest.length === 0) asksForDirectory = /\/\.?$/.test(target)
    if (target.startsWith('/')) at = '/'
    left = [...namesOf(target), ...rest]
  }
  return { path: at, kind: kindOf(at), links, directories: [...directories] }
}

/** @param {string} path */
function namesOf(path) {
  return path.split('/').filter((name) => name !== '' && name !== '.')
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
