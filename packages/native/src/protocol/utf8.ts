/** Whether `text` has half of a surrogate pair; no UTF-8 text can hold that. */
export function hasLoneSurrogate(text: string): boolean {
  return /[\ud800-\udfff]/u.test(text) // with `u` the halves of a whole pair do not match
}

declare const TextEncoder: (new () => { readonly encode: (text: string) => Uint8Array }) | undefined

/** The UTF-8 bytes of `text`, with no byte-order mark. By hand where the engine has no `TextEncoder`, which is much faster. */
export function encodeUtf8(text: string): Uint8Array {
  return typeof TextEncoder === 'undefined' ? encodeByHand(text) : new TextEncoder().encode(text)
}

function encodeByHand(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 3) // a unit needs 3 bytes at most, a pair 4
  let length = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.codePointAt(at) ?? 0
    if (code > 0xffff) at++
    length = appendCodePoint(bytes, length, code)
  }
  return bytes.subarray(0, length)
}

function appendCodePoint(bytes: Uint8Array, start: number, code: number): number {
  let length = start
  if (code < 0x80) {
    bytes[length++] = code
    return length
  }
  if (code < 0x8_00) {
    bytes[length++] = 0xc0 | (code >> 6)
  } else if (code < 0x1_00_00) {
    bytes[length++] = 0xe0 | (code >> 12)
    bytes[length++] = 0x80 | ((code >> 6) & 0x3f)
  } else {
    bytes[length++] = 0xf0 | (code >> 18)
    bytes[length++] = 0x80 | ((code >> 12) & 0x3f)
    bytes[length++] = 0x80 | ((code >> 6) & 0x3f)
  }
  bytes[length++] = 0x80 | (code & 0x3f)
  return length
}

/** The text of `bytes`; what is not UTF-8 becomes U+FFFD. */
export function decodeUtf8(bytes: Uint8Array): string {
  const parts: string[] = []
  for (let at = 0; at < bytes.length;) {
    const { code, length } = readCodePoint(bytes, at)
    parts.push(String.fromCodePoint(code))
    at += length
  }
  return parts.join('')
}

const REPLACEMENT = { code: 0xfffd, length: 1 }

/** Smallest code point for which a sequence of so many bytes is right. */
const SMALLEST = [0, 0, 0x80, 0x8_00, 0x1_00_00]

function readCodePoint(bytes: Uint8Array, at: number): { code: number; length: number } {
  const first = bytes[at] ?? 0
  if (first < 0x80) return { code: first, length: 1 }
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
  if (first < 0xc2 || first > 0xf4) return REPLACEMENT
  let code = first & (0x7f >> length)
  for (let i = 1; i < length; i++) {
    const next = bytes[at + i] ?? 0
    if ((next & 0xc0) !== 0x80) return REPLACEMENT
    code = (code << 6) | (next & 0x3f)
  }
  const isWrong = code < (SMALLEST[length] ?? 0) || code > 0x10_ff_ff || (code >= 0xd800 && code <= 0xdfff)
  return isWrong ? REPLACEMENT : { code, length }
}
