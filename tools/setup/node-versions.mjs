import { runInForeground } from './child.mjs'
import { ROOT } from './repository.mjs'

/** The newest of each line above the Node that everything is built with. */
const VERSIONS = ['22.23.3', '24.21.0', '26.10.0']

/**
 * The tests under each of the other versions of Node, one after the other; 1 when one of them failed.
 *
 * @param {readonly string[]} args - for vitest, for example `--project NAME`
 * @returns {Promise<number>}
 */
export async function testOnOtherNodes(args) {
  const verdicts = []
  for (const version of VERSIONS) {
    console.log(`Node ${version}`)
    const words = ['--yes', '-p', `node@${version}`, '--', 'node', 'tools/setup/run.mjs', 'test', ...args]
    const status = await runInForeground('npx', words, { cwd: ROOT })
    verdicts.push({ version, status })
  }
  for (const { version, status } of verdicts) {
    console.log(`Node ${version}: ${status === 0 ? 'passed' : `failed with ${status}`}`)
  }
  return verdicts.every(({ status }) => status === 0) ? 0 : 1
}
