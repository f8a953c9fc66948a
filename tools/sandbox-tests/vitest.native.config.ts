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
      'test/workloads/python.test.ts',
    ],
    // These are about bwrap, or slow and no different.
    exclude: ['attacks/brought-launcher', 'git/commits', 'lifecycle/exit-status'].map(
      (file) => `test/${file}.test.ts`,
    ),
    globalSetup: './support/global-setup.ts',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
