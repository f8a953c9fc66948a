import { join } from 'node:path'
import { runInForeground } from './child.mjs'
import { ROOT } from './repository.mjs'
import { toolEnvironment } from './tool-environment.mjs'

/**
 * All tests of all packages and tools, by one vitest at the root: its exit status.
 *
 * @param {readonly string[]} args - for vitest
 * @returns {Promise<number>}
 */
export function runTests(args) {
  const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs')
  return runInForeground(process.execPath, [vitest, 'run', ...args], { cwd: ROOT, env: toolEnvironment() })
}
