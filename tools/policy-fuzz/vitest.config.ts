import { defineConfig } from 'vitest/config'

export default defineConfig({ test: { name: 'policy-fuzz', testTimeout: 120_000, hookTimeout: 60_000 } })
