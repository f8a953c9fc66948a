/** @type {readonly import('./debian-packages.mjs').Purpose[]} */
const TESTS = process.env['CI'] === 'true' ? ['test', 'ci'] : ['test']

/**
 * @typedef {object} Task
 * @property {import('./prepare.mjs').Needs} needs
 * @property {(args: readonly string[]) => Promise<number | void>} run - its exit status, unless it sets that itself
 */

/**
 * What `node tools/setup/run.mjs NAME` can do. Each loads its own code: `start` has to be quick.
 *
 * @type {Readonly<Record<string, Task>>}
 */
export const TASKS = {
  start: {
    needs: { commands: ['run'], built: 'linux-sandbox' },
    run: async (args) => (await import('./start.mjs')).start(args),
  },
  build: {
    needs: { commands: ['build', 'build-engine'] },
    run: async (args) => (await import('./build.mjs')).buildInForeground(args),
  },
  test: {
    needs: { commands: TESTS, built: 'everything' },
    run: async (args) => (await import('./test.mjs')).runTests(args),
  },
  lint: {
    needs: { commands: [] },
    run: async () => (await import('./checks.mjs')).lint(),
  },
  'check:static': {
    needs: { commands: [], built: 'everything' },
    run: async () => (await import('./checks.mjs')).checkStatically(),
  },
  check: {
    needs: { commands: TESTS, built: 'everything' },
    run: async (args) => {
      const status = await (await import('./checks.mjs')).checkStatically()
      return status === 0 ? (await import('./test.mjs')).runTests(args) : status
    },
  },
  bench: {
    needs: { commands: ['run'], built: 'everything' },
    run: async (args) => (await import('./bench.mjs')).bench(args),
  },
  fuzz: {
    needs: { commands: TESTS, built: 'everything' },
    run: async (args) => (await import('./fuzz.mjs')).fuzz(args),
  },
  'bundle:bwrap': {
    needs: { commands: [] },
    run: async (args) => (await import('./bundle-bwrap.mjs')).bundleBwrap(args),
  },
  'test:kernels': {
    needs: { commands: ['build', 'build-engine', 'emulate'], built: 'everything' },
    run: async (args) => (await import('./kernels.mjs')).testOnOtherKernels(args),
  },
  'test:node-versions': {
    needs: { commands: TESTS, built: 'everything' },
    run: async (args) => (await import('./node-versions.mjs')).testOnOtherNodes(args),
  },
}
