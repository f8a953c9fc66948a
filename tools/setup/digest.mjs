import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

/** Folders that hold nothing a build reads: what it wrote, what others installed, and tests. */
const NOT_SOURCES = new Set(['bin', 'coverage', 'dist', 'node_modules', 'test'])

/**
 * One word for the text of `files`; a missing file is part of it.
 *
 * @param {string} root
 * @param {readonly string[]} files - relative to `root`
 * @returns {string}
 */
export function contentDigest(root, files) {
  const hash = createHash('sha256')
  for (const file of files.toSorted()) {
    hash.update(`${file}\0`)
    hash.update(readIfPresent(join(root, file)))
    hash.update('\0')
  }
  return hash.digest('hex')
}

/**
 * One word for the names, sizes and times of all sources under `folders`: cheap enough for every start.
 *
 * @param {string} root
 * @param {readonly string[]} folders - relative to `root`
 * @returns {string}
 */
export function sourceDigest(root, folders) {
  const hash = createHash('sha256')
  for (const folder of folders) {
    for (const file of sources(join(root, folder))) {
      const { size, mtimeMs } = lstatSync(file)
      hash.update(`${relative(root, file)}\0${size}\0${mtimeMs}\0`)
    }
  }
  return hash.digest('hex')
}

/**
 * @param {string} folder
 * @returns {Generator<string>}
 */
function* sources(folder) {
  const entries = readdirSync(folder, { withFileTypes: true })
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (NOT_SOURCES.has(entry.name) || entry.name.startsWith('.')) continue
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* sources(path)
    else yield path
  }
}

/** @param {string} file */
function readIfPresent(file) {
  try {
    return readFileSync(file)
  } catch {
    return 'missing'
  }
}
