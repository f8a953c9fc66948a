import { defineConfig } from 'vitest/config'

export default defineConfig({ test: { name: 'bundle-bwrap', testTimeout: 30_000 } })
