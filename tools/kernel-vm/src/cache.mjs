import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

export const REPOSITORY = resolve(import.meta.dirname, '../../..')

/** Git-ignored, and gone when `node_modules` is. */
const CACHE = join(REPOSITORY, 'node_modules/.cache/kernel-vm')

/**
 * The path of something that is fetched or built once. A name has the versions of all that is in it.
 *
 * @param {string} name
 * @param {(directory: string) => void} make - fills an empty directory
 * @returns {string}
 */
export function cached(name, make) {
  const target = join(CACHE, name)
  if (existsSync(target)) return target
  const scratch = scratchDirectory()
  try {
    make(scratch)
    mkdirSync(dirname(target), { recursive: true })
    // Another run may have been faster.
    if (!existsSync(target)) renameSync(scratch, target)
    return target
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/**
 * An empty directory on the file system of the cache, for the caller to remove.
 *
 * @returns {string}
 */
export function scratchDirectory() {
  mkdirSync(CACHE, { recursive: true })
  return mkdtempSync(join(CACHE, 'scratch-'))
}

/**
 * A directory of the cache that is updated in place.
 *
 * @param {string} name
 * @returns {string}
 */
export function lastingDirectory(name) {
  const directory = join(CACHE, name)
  mkdirSync(directory, { recursive: true })
  return directory
}
