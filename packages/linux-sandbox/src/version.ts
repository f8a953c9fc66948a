import { createRequire } from 'node:module'

/** The version of this package. */
export function packageVersion(): string {
  const require = createRequire(import.meta.url)
  const { version } = require('../package.json') as { readonly version: string }
  return version
}
