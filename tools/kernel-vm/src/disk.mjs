import { closeSync, ftruncateSync, openSync } from 'node:fs'
import { run } from './program.mjs'

const MEBIBYTE = 2 ** 20

/**
 * A disk with an ext4 file system that holds what is in `directory`, all of it root's.
 *
 * @param {string} file
 * @param {string} directory
 * @param {number} mebibytes
 * @returns {void}
 */
export function makeDisk(file, directory, mebibytes) {
  makeEmptyDisk(file, mebibytes)
  const words = [
    'mke2fs',
    '-q',
    '-t',
    'ext4',
    '-O',
    '^has_journal',
    '-E',
    'root_owner=0:0',
    '-d',
    directory,
    file,
  ]
  // In a user namespace everything that the builder owns is root's.
  const [program = '', ...args] = process.geteuid?.() === 0 ? words : ['unshare', '--map-root-user', ...words]
  run(program, args, { env: { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin:/sbin` } })
}

/**
 * @param {string} file
 * @param {number} mebibytes
 * @returns {void}
 */
export function makeEmptyDisk(file, mebibytes) {
  const descriptor = openSync(file, 'w')
  ftruncateSync(descriptor, mebibytes * MEBIBYTE)
  closeSync(descriptor)
}
