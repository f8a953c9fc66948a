import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

/** What follows the name of a program when it is asked for its version. */
export function describeVersion(): string {
  const require = createRequire(import.meta.url)
  const { version } = require('../package.json') as { readonly version: string }
  return version
}

/** Where a bwrap is that comes with this package. `npm run bundle:bwrap` puts it there. */
export function bundledBwrapPath(): string {
  return fileURLToPath(new URL('../resources/bwrap', import.meta.url))
}
