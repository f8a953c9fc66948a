import { defineConfig } from 'vitest/config'

export default defineConfig({
  // The first test waits for npm, and npm perhaps for a registry.
  test: { name: 'check-packages', hookTimeout: 120_000, testTimeout: 60_000 },
})
