import { defineConfig } from 'tsup'
import { thirdPartyLicenses } from './third-party-licenses.js'

/**
 * How every package is built: ESM and CJS with types, for Node 20.
 *
 * `shims` makes `import.meta.url` work in the CJS build. TypeScript 6 warns about an option that tsup sets
 * itself, hence `ignoreDeprecations`. What `noExternal` takes into a package is taken as ESM, so that what is not used stays out.
 */
export function library(overrides = {}) {
  return defineConfig({
    entry: ['src/index.ts'],
    format: ['esm', 'cjs'],
    target: 'node20',
    shims: true,
    clean: true,
    sourcemap: true,
    dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
    esbuildPlugins: [thirdPartyLicenses()],
    esbuildOptions(options) {
      options.mainFields = ['module', 'main']
    },
    ...overrides,
  })
}
