import { spawnSync } from 'node:child_process'
import { chmodSync, lstatSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Something that the user can do something about. */
export class BundleError extends Error {
  /** @override */
  name = 'BundleError'
}

/** Everybody can pass it: apt-get downloads as a user of its own. */
export function temporaryDirectory() {
  const directory = mkdtempSync(join(tmpdir(), 'bundle-bwrap-'))
  chmodSync(directory, 0o755)
  return directory
}

/**
 * The file of a binary package, as the distribution's archive has it for this machine. apt-get verifies its signature.
 *
 * @param {string} name
 * @param {string} directory
 * @returns {string}
 */
export function downloadPackage(name, directory) {
  run('apt-get', ['download', name], directory)
  const file = readdirSync(directory).find((entry) => entry.endsWith('.deb'))
  if (file === undefined) throw new BundleError(`apt-get has downloaded no package ${name}`)
  return join(directory, file)
}

/**
 * What the package `file` has at `path`, unpacked below `tree`.
 *
 * @param {string} file
 * @param {string} tree
 * @param {string} path
 * @returns {Buffer}
 */
export function unpackedFile(file, tree, path) {
  run('dpkg-deb', ['--extract', file, tree])
  const unpacked = join(tree, path)
  if (lstatSync(unpacked, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new BundleError(`${file} has no file ${path}`)
  }
  return readFileSync(unpacked)
}

/**
 * @param {string} program
 * @param {readonly string[]} args
 * @param {string} [cwd]
 */
function run(program, args, cwd) {
  const { status, stderr, error } = spawnSync(program, args, { cwd, encoding: 'utf8' })
  if (error !== undefined) throw new BundleError(`${program} could not be started: ${error.message}`)
  if (status !== 0) throw new BundleError(`${program} ${args.join(' ')} failed: ${stderr.trim()}`)
}
