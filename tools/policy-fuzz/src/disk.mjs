import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { atBase } from './case.mjs'

/** The modes and the size that the probe gives back to what it may change, see probe/content.c. */
const FILE_MODE = 0o644
const DIRECTORY_MODE = 0o755
const CONTENT = 'content\n'

/**
 * Makes the tree of a case in the existing empty directory `base`.
 *
 * @param {readonly import('./case.mjs').TreeNode[]} nodes
 * @param {string} base
 */
export function makeTree(nodes, base) {
  chmodSync(base, DIRECTORY_MODE)
  for (const { path, kind, target } of nodes) {
    const at = join(base, path)
    if (kind === 'directory') mkdirSync(at, DIRECTORY_MODE)
    else if (kind === 'file') writeFileSync(at, CONTENT, { mode: FILE_MODE, flag: 'wx' })
    else symlinkSync(atBase(target ?? '', base), at)
  }
}

/**
 * Everything below `directory`, with what it contains: two trees are equal when these are.
 *
 * @param {string} directory
 * @returns {Map<string, string>} path below `directory` → kind, mode and content
 */
export function treeIn(directory) {
  const found = new Map()
  const visit = (/** @type {string} */ path) => {
    const at = join(directory, path)
    const { mode, ino } = lstatSync(at)
    const entries = readdirIfDirectory(at)
    const content = entries === undefined ? readIfFile(at) : ''
    found.set(path, `${mode.toString(8)} ${ino} ${content}`)
    for (const name of entries ?? []) visit(join(path, name))
  }
  for (const name of readdirSync(directory)) visit(name)
  return found
}

/** @param {string} path */
function readdirIfDirectory(path) {
  return lstatSync(path).isDirectory() ? readdirSync(path) : undefined
}

/** @param {string} path */
function readIfFile(path) {
  const stats = lstatSync(path)
  if (stats.isSymbolicLink()) return readlinkSync(path)
  return stats.isFile() ? readFileSync(path, 'utf8') : ''
}

/**
 * The identity of the object at `path`, a link not followed, as the probe prints it.
 *
 * @param {string} path
 * @returns {string}
 * @see makedev(3)
 */
export function identityAt(path) {
  const { dev, ino } = lstatSync(path, { bigint: true })
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn)
  const minor = (dev & 0xffn) | ((dev >> 12n) & ~0xffn)
  return `${major}:${minor}:${ino}`
}
