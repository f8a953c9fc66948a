import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BundleError } from './debian-package.mjs'

/** @see elf(5) */
const ELF_MAGIC = '\u007FELF'

/**
 * Writes `bwrap`, its digest as sha256sum(1) does, and its licence. The digest comes last: until then, the program is not used.
 *
 * @param {string} directory
 * @param {{ readonly program: Buffer, readonly copyright: Buffer }} bundle
 * @returns {string} the SHA-256 of the program, in hexadecimal
 */
export function writeBundle(directory, { program, copyright }) {
  if (program.toString('latin1', 0, ELF_MAGIC.length) !== ELF_MAGIC) {
    throw new BundleError('the bwrap in this package is no ELF program')
  }
  const digest = createHash('sha256').update(program).digest('hex')
  mkdirSync(directory, { recursive: true })
  put(join(directory, 'bwrap'), program, 0o755)
  put(join(directory, 'bwrap.copyright'), copyright, 0o644)
  put(join(directory, 'bwrap.sha256'), `${digest}  bwrap\n`, 0o644)
  return digest
}

/**
 * A sandbox may be executing the old file: it is replaced, not written to.
 *
 * @param {string} path
 * @param {string | Buffer} content
 * @param {number} mode
 */
function put(path, content, mode) {
  const partial = `${path}.${process.pid}`
  writeFileSync(partial, content)
  chmodSync(partial, mode)
  renameSync(partial, path)
}
