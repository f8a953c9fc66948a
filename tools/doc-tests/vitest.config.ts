import { defineConfig } from 'vitest/config'

export default defineConfig({ test: { name: 'doc-tests', testTimeout: 60_000 } })
