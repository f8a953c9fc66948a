import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'sandbox-tests:native',
    include: ['test/library/result.test.ts'],
    env: { SANDBOX_TEST_BACKEND: 'native' },
    globalSetup: './support/global-setup.ts',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
