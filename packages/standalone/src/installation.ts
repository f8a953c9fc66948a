import { dirname, join } from './node/path.js'
import { process } from './node/process.js'

/** In place of what the facade says: what this program carries with it, and what can lie beside it. */

/** The version of the package, and the SHA-256 of the bundle, which the build puts in when it has made it. */
declare const PACKAGE_VERSION: string
declare const BUNDLE_DIGEST: string

export function describeVersion(): string {
  return `${PACKAGE_VERSION}\nbundle sha256:${BUNDLE_DIGEST}`
}

export function bundledBwrapPath(): string {
  return join(dirname(process.execPath), '../resources/bwrap')
}
