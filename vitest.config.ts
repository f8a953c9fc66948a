import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: ['packages/*', 'tools/*/vitest{,.native,.standalone}.config.ts'],
    reporters: ['default', './tools/vitest-reporter/closing-line.mjs'],
  },
})
