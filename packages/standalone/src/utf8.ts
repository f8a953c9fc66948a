/// <reference lib="es2024.string" />
import { host } from './host.js'

/** In place of what `@linux-sandbox/native` does by hand where an engine has nothing of its own. */

export function encodeUtf8(text: string): Uint8Array {
  return host.encode(text)
}

export function decodeUtf8(bytes: Uint8Array): string {
  return host.decode(bytes)
}

/** Whether `text` has half of a surrogate pair; no UTF-8 text can hold that. */
export function hasLoneSurrogate(text: string): boolean {
  return !text.isWellFormed()
}
