import { defineConfig } from 'vitest/config'

// Each test starts a vitest of its own.
export default defineConfig({ test: { name: 'vitest-reporter', testTimeout: 60_000 } })
