import { join } from 'node:path'
import { runInForeground } from './child.mjs'
import { ROOT } from './repository.mjs'

/**
 * @param {readonly string[]} args
 * @returns {Promise<number>} the exit status
 */
export function bundleBwrap(args) {
  return runInForeground(process.execPath, [join(ROOT, 'tools/bundle-bwrap/main.mjs'), ...args])
}
