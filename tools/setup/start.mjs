import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT } from './repository.mjs'

/**
 * Turns this process into `linux-sandbox`, which saves the start of a second Node. It sets the exit
 * status itself, perhaps long after this has returned.
 *
 * @param {readonly string[]} args
 * @returns {Promise<void>}
 */
export async function start(args) {
  const program = join(ROOT, 'packages/cli/bin/linux-sandbox.mjs')
  // npm moved to the root of the clone; the command belongs where its user is.
  const calledIn = process.env['npm_lifecycle_event'] === 'start' ? process.env['INIT_CWD'] : undefined
  if (calledIn !== undefined && existsSync(calledIn)) process.chdir(calledIn)
  process.argv = [process.execPath, program, ...sandboxArguments(args)]
  await import(pathToFileURL(program).href)
}

/**
 * What `linux-sandbox` is to be called with. Options may come before the command; a command is never taken for one.
 *
 * @param {readonly string[]} args
 * @returns {string[]}
 */
export function sandboxArguments(args) {
  const [first] = args
  if (first === undefined) return ['--help']
  return first.startsWith('-') ? ['run', ...args] : ['run', '--', ...args]
}
