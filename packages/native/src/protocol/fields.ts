import { PROTOCOL_VERSION, REQUEST_MAGIC } from './constants.js'
import { encodeUtf8 } from './utf8.js'

/** One field of a request before it is laid out: numbers of 4 bytes each, behind them bytes, and a text at the end. */
export interface Field {
  readonly tag: number
  readonly numbers?: readonly number[]
  readonly bytes?: Uint8Array
  readonly text?: string
}

const HEADER_SIZE = 16
const FIELD_HEADER_SIZE = 8
const NUMBER_SIZE = 4

export function stringField(tag: number, text: string): Field {
  return { tag, text: `${text}\0` }
}

export function numberField(tag: number, value: number): Field {
  return { tag, numbers: [value] }
}

/** Each in 4 bytes. */
export function encodeNumbers(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * NUMBER_SIZE)
  const view = new DataView(bytes.buffer)
  values.forEach((value, index) => view.setUint32(index * NUMBER_SIZE, value, true))
  return bytes
}

export function concatenate(...parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((size, { length }) => size + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** A request of `kind` with `fields` in their order. Each field's bytes start at a multiple of 8. */
export function layOutRequest(kind: number, fields: readonly Field[]): Uint8Array {
  // Nearly every text is of ASCII alone, so that its size is known without encoding it.
  const { texts, binary, size } = draftOf(fields, true)
  const request = encodeUtf8(texts.join(''))
  if (request.length === size) return withBinary(request, kind, binary)
  const exact = draftOf(fields, false)
  return withBinary(encodeUtf8(exact.texts.join('')), kind, exact.binary)
}

/** What is no text, and where it belongs. */
interface Binary {
  readonly at: number
  readonly content: Uint8Array
}

/**
 * A request as text, with a NUL for each byte that is none: small numbers are, as characters. It is encoded at once: to write numbers and
 * texts one by one takes an interpreter three times as long.
 */
interface Draft {
  readonly texts: readonly string[]
  readonly binary: readonly Binary[]
  /** In bytes. */
  readonly size: number
}

/** Numbers of which each byte is a character in UTF-8. */
const SMALL_NUMBERS = Array.from({ length: 0x80 }, (_, value) => `${String.fromCharCode(value)}\0\0\0`)

/** What is missing to a multiple of 8, by how much there is behind the last one. */
const PADDINGS = Array.from({ length: 8 }, (_, past) => '\0'.repeat((8 - past) % 8))

const NO_NUMBERS: readonly number[] = []

function draftOf(fields: readonly Field[], isAscii: boolean): Draft {
  const texts = ['\0'.repeat(HEADER_SIZE)]
  const binary: Binary[] = []
  const gapFor = (content: Uint8Array, at: number): string => {
    binary.push({ at, content })
    return '\0'.repeat(content.length)
  }
  const gapForNumber = (value: number, at: number): string => gapFor(encodeNumbers(value), at)
  let at = HEADER_SIZE
  for (const { tag, numbers, bytes, text = '' } of fields) {
    const textSize = isAscii ? text.length : encodeUtf8(text).length
    const size = (numbers?.length ?? 0) * NUMBER_SIZE + (bytes?.length ?? 0) + textSize
    texts.push(
      SMALL_NUMBERS[tag] ?? gapForNumber(tag, at),
      SMALL_NUMBERS[size] ?? gapForNumber(size, at + NUMBER_SIZE),
    )
    let end = at + FIELD_HEADER_SIZE
    for (const number of numbers ?? NO_NUMBERS) {
      texts.push(SMALL_NUMBERS[number] ?? gapForNumber(number, end))
      end += NUMBER_SIZE
    }
    if (bytes !== undefined) texts.push(gapFor(bytes, end))
    const padding = PADDINGS[size % 8] ?? ''
    texts.push(text, padding)
    at += FIELD_HEADER_SIZE + size + padding.length
  }
  return { texts, binary, size: at }
}

function withBinary(request: Uint8Array, kind: number, binary: readonly Binary[]): Uint8Array {
  request.set(encodeNumbers(REQUEST_MAGIC, PROTOCOL_VERSION, kind, request.length))
  for (const { at, content } of binary) request.set(content, at)
  return request
}
