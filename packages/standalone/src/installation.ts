import { dirname, join } from './node/path.js'
import { process } from './node/process.js'

/** In place of what the facade says: what this program carries with it, and what can lie beside it. */

/** The version of the package, and the SHA-256 of the bundle, which the build puts in when it has made it. */
declare const __version: string
declare const __digest: string

export function describeVersion(): string {
  return `${__version}\nbundle sha256:${__digest}`
}

export function bundledBwrapPath(): string {
  return join(dirname(process.execPath), '../resources/bwrap')
}
