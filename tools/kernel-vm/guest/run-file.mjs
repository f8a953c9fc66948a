// node run-file.mjs FILE SECONDS: runs one file of tests, each with this time limit, and writes their results to descriptor 3.
import { writeFileSync } from 'node:fs'
import { startTests } from '@vitest/runner'

const RESULTS = 3
const [file = '', seconds = ''] = process.argv.slice(2)
const timeout = Number(seconds) * 1000

const runner = {
  pool: 'forks',
  config: {
    root: process.cwd(),
    setupFiles: [],
    name: undefined,
    passWithNoTests: false,
    testNamePattern: undefined,
    allowOnly: false,
    sequence: { seed: 0, hooks: 'stack', setupFiles: 'list' },
    chaiConfig: undefined,
    maxConcurrency: 1,
    testTimeout: timeout,
    hookTimeout: timeout,
    retry: 0,
    includeTaskLocation: false,
    tags: [],
    tagsFilter: undefined,
    strictTags: false,
  },
  /** @param {string} path */
  importFile: (path) => import(path),
}

const files = await startTests([file], /** @type {any} */ (runner))
writeFileSync(RESULTS, JSON.stringify(files.flatMap((task) => resultsOf(task, []))))
process.exit()

/**
 * One result for each test, and one for each suite that could not be set up or torn down.
 *
 * @param {any} task
 * @param {readonly string[]} titles
 * @returns {import('./job.ts').TestResult[]}
 */
function resultsOf(task, titles) {
  const { mode, result, type, tasks = [] } = task
  const name = [...titles, ...(titles.length === 0 && task.filepath ? [] : [task.name])]
  const errors = (result?.errors ?? []).map((/** @type {any} */ error) => error.stack ?? error.message)
  const own = { name: name.join(' > '), errors }
  const below = tasks.flatMap((/** @type {any} */ one) => resultsOf(one, name))
  if (type !== 'test') return errors.length === 0 ? below : [{ ...own, state: 'failed' }, ...below]
  const isSkipped = mode === 'skip' || mode === 'todo' || result?.state === 'skip'
  return [{ ...own, state: isSkipped ? 'skipped' : result?.state === 'pass' ? 'passed' : 'failed' }]
}
