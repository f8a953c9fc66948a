import { defineConfig } from 'vitest/config'

/** The tests again for which it matters what makes the namespaces and mounts, with sandboxes that are made without bwrap. */
export default defineConfig({
  test: {
    name: 'sandbox-tests:native',
    env: { SANDBOX_TEST_BACKEND: 'native' },
    include: [
      'test/{attacks,cases,git,hosts,lifecycle,placeholders,policy}/*.test.ts',
      'test/landlock/inherited-processes.test.ts',
      'test/library/{result,unconfined}.test.ts',
      'test/proxy/{ends,in-process,last-words,reach,relay-process,two-sandboxes,unix-sockets}.test.ts',
      'test/workloads/{no-network,python,shell}.test.ts',
    ],
    exclude: ['test/attacks/brought-launcher.test.ts'],
    globalSetup: './support/global-setup.ts',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
