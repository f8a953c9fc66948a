import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT } from './repository.mjs'

/**
 * @typedef {object} Task
 * @property {import('./prepare.mjs').Needs} needs
 * @property {(args: readonly string[]) => Promise<number>} run - its exit status
 */

/**
 * What `node tools/setup/run.mjs NAME` can do. Each loads its own code: `start` has to be quick.
 *
 * @type {Readonly<Record<string, Task>>}
 */
export const TASKS = {
  start: { needs: { commands: ['run'], isBuilt: true }, run: start },
  build: {
    needs: { commands: ['build'], isBuilt: false },
    run: async (args) => (await import('./build.mjs')).buildInForeground(args),
  },
  test: {
    needs: { commands: ['test'], isBuilt: true },
    run: async (args) => (await import('./test.mjs')).runTests(args),
  },
  lint: {
    needs: { commands: [], isBuilt: false },
    run: async () => (await import('./checks.mjs')).lint(),
  },
  'check:static': {
    needs: { commands: [], isBuilt: true },
    run: async () => (await import('./checks.mjs')).checkStatically(),
  },
  check: {
    needs: { commands: ['test'], isBuilt: true },
    run: async (args) => {
      const status = await (await import('./checks.mjs')).checkStatically()
      return status === 0 ? (await import('./test.mjs')).runTests(args) : status
    },
  },
  'test:node-versions': {
    needs: { commands: ['test'], isBuilt: true },
    run: async (args) => (await import('./node-versions.mjs')).testOnOtherNodes(args),
  },
}

/**
 * Turns this process into `linux-sandbox run`, which saves the start of a second Node.
 *
 * @param {readonly string[]} args - the command; options of `linux-sandbox run` may come first
 * @returns {Promise<number>}
 */
async function start(args) {
  const program = join(ROOT, 'packages/cli/bin/linux-sandbox.mjs')
  const words = args.length === 0 ? ['--help'] : ['run', ...(args[0]?.startsWith('-') ? [] : ['--']), ...args]
  // npm moved to the root of the clone; the command belongs where its user is.
  const calledIn = process.env['npm_lifecycle_event'] === 'start' ? process.env['INIT_CWD'] : undefined
  if (calledIn !== undefined && existsSync(calledIn)) process.chdir(calledIn)
  process.argv = [process.execPath, program, ...words]
  await import(pathToFileURL(program).href)
  return Number(process.exitCode ?? 0)
}
