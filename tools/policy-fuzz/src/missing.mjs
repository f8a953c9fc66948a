import { dirname } from 'node:path/posix'
import { lookAt } from './follow.mjs'

/*
 * What a policy makes of paths where nothing is: a rule that the command could otherwise get around by creating them makes them stand
 * there, as empty directories, for as long as it runs.
 */

/**
 * @typedef {import('@linux-sandbox/policy').Access} Access
 *
 * @typedef {object} Surroundings
 * @property {(path: string) => Access} accessAt
 * @property {(path: string) => boolean} isProtectedLater - by its name, but only once its directory exists, which an entry is about
 * @property {(path: string) => boolean} isThere - on the disk, or as a placeholder
 * @property {(path: string) => boolean} isDirectory - a directory on the disk, or a placeholder
 */

/**
 * The placeholders that `ruled`, missing paths with a rule, need: each with every missing directory on the way to it.
 *
 * @param {readonly string[]} ruled
 * @param {Surroundings} surroundings
 * @returns {string[]}
 */
export function placeholdersFor(ruled, surroundings) {
  return ruled.flatMap((path) => {
    const isNeeded = surroundings.accessAt(path) !== 'write' && couldBeMade(dirname(path), surroundings)
    return isNeeded && !surroundings.isThere(path) ? missingOnTheWayTo(path, surroundings) : []
  })
}

/**
 * The files that keep `ruled` from being created for as long as they are there.
 *
 * @param {readonly string[]} ruled
 * @param {Surroundings} surroundings
 * @returns {string[]}
 */
export function filesInTheWayOf(ruled, surroundings) {
  return ruled.flatMap((path) => {
    if (surroundings.accessAt(path) === 'write' || surroundings.isThere(path)) return []
    const above = dirname(missingOnTheWayTo(path, surroundings).at(-1) ?? path)
    return surroundings.isDirectory(above) ? [] : [above]
  })
}

/**
 * Whether the command can make a directory at `path`, with all that is missing above it, or make something in it when it is there.
 *
 * @param {string} path
 * @param {Surroundings} surroundings
 * @returns {boolean}
 */
function couldBeMade(path, surroundings) {
  if (surroundings.accessAt(path) !== 'write' && !surroundings.isProtectedLater(path)) return false
  if (surroundings.isThere(path)) return surroundings.isDirectory(path)
  return couldBeMade(dirname(path), surroundings)
}

/**
 * @param {string} path - that is not there
 * @param {Surroundings} surroundings
 * @returns {string[]} from `path` up to the first directory that is not there
 */
function missingOnTheWayTo(path, surroundings) {
  const parent = dirname(path)
  return surroundings.isThere(parent) ? [path] : [path, ...missingOnTheWayTo(parent, surroundings)]
}

/** @param {string} path */
export function isOnDisk(path) {
  return lookAt(path) !== undefined
}

/** @param {string} path */
export function isDirectoryOnDisk(path) {
  return lookAt(path)?.isDirectory() === true
}
