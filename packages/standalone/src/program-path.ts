import { process } from './node/process.js'

/** In place of what `@linux-sandbox/native` says: the native program is a part of this one. */
export function nativeProgramPath(): string {
  return process.execPath
}
