import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: ['packages/*', 'tools/*/vitest.config.ts'],
    reporters: ['default', './tools/vitest-reporter/closing-line.mjs'],
  },
})
