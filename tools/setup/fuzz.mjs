import { join } from 'node:path'
import { runInForeground } from './child.mjs'
import { ROOT } from './repository.mjs'

/**
 * @param {readonly string[]} args
 * @returns {Promise<number>} the exit status
 */
export function fuzz(args) {
  return runInForeground(process.execPath, [join(ROOT, 'tools/policy-fuzz/src/main.mjs'), ...args], {
    cwd: ROOT,
  })
}
