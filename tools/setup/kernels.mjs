import { join } from 'node:path'
import { runInForeground } from './child.mjs'
import { ROOT } from './repository.mjs'

/**
 * Checks and tests on other kernels.
 *
 * @param {readonly string[]} args - names of guests; none means all
 * @returns {Promise<number>} the exit status
 */
export function testOnOtherKernels(args) {
  return runInForeground(process.execPath, [join(ROOT, 'tools/kernel-vm/src/main.mjs'), ...args], {
    cwd: ROOT,
  })
}
