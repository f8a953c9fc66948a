import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    name: 'sandbox-tests',
    globalSetup: './support/global-setup.ts',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
