import { defineConfig } from 'vitest/config'

/** The tests again that are about what the helper does to a command, with the static file in place of the helper on Node. */
export default defineConfig({
  test: {
    name: 'sandbox-tests:standalone',
    env: { SANDBOX_TEST_HELPER: 'standalone' },
    include: [
      'test/attacks/{environment,inherited-descriptors,inner-stage}.test.ts',
      'test/bad-input/{refused-proc,removed-directory}.test.ts',
      'test/cases/*.test.ts',
      'test/landlock/helper.test.ts',
      'test/launcher/native.test.ts',
      'test/library/helper-flags.test.ts',
      'test/lifecycle/{caller-death,directory,exit-status,signals,streams,terminal}.test.ts',
      'test/placeholders/{abuse,library}.test.ts',
      'test/policy/protection-lost.test.ts',
      'test/proxy/{egress,ends,inner-stage,last-words,reach,relay-process,two-sandboxes,unix-sockets}.test.ts',
    ],
    globalSetup: './support/global-setup.ts',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
