import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { STATE_DIRECTORY } from './repository.mjs'

/**
 * What was written under `name` last, or '' when there is nothing to trust.
 *
 * @param {string} name
 * @returns {string}
 */
export function readStamp(name) {
  try {
    return readFileSync(join(STATE_DIRECTORY, name), 'utf8')
  } catch {
    return ''
  }
}

/**
 * @param {string} name
 * @param {string} digest
 * @returns {void}
 */
export function writeStamp(name, digest) {
  mkdirSync(STATE_DIRECTORY, { recursive: true })
  writeFileSync(join(STATE_DIRECTORY, name), digest)
}

/**
 * Before a step starts, so that an interrupted one is not taken for a finished one.
 *
 * @param {string} name
 * @returns {void}
 */
export function removeStamp(name) {
  rmSync(join(STATE_DIRECTORY, name), { force: true })
}
