import { defineConfig } from 'vitest/config'

// Some tests start other processes, on a machine that may be busy with other tests.
export default defineConfig({ test: { name: 'setup', testTimeout: 30_000 } })
