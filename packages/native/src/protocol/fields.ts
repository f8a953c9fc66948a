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
  setNumbers(new DataView(bytes.buffer), 0, values)
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
  const texts = fields.map(({ text = '' }) => text)
  // All at once, and then each moved to its place: to encode and copy one by one takes an interpreter several times as long.
  const encoded = encodeUtf8(texts.join(''))
  const textSizes = sizesOf(texts, encoded.length)
  const sizes = fields.map((field, index) => sizeBeforeText(field) + (textSizes[index] ?? 0))
  const end = sizes.reduce((sum, size) => sum + FIELD_HEADER_SIZE + padded(size), HEADER_SIZE)
  const request = new Uint8Array(end + encoded.length)
  request.set(encoded, end)
  const view = new DataView(request.buffer)
  setNumbers(view, 0, [REQUEST_MAGIC, PROTOCOL_VERSION, kind, end])
  let at = HEADER_SIZE
  let textAt = end
  fields.forEach(({ tag, numbers, bytes }, index) => {
    const size = sizes[index] ?? 0
    const textSize = textSizes[index] ?? 0
    view.setUint32(at, tag, true)
    view.setUint32(at + NUMBER_SIZE, size, true)
    at += FIELD_HEADER_SIZE
    if (numbers !== undefined) setNumbers(view, at, numbers)
    if (bytes !== undefined) request.set(bytes, at + (numbers?.length ?? 0) * NUMBER_SIZE)
    request.copyWithin(at + size - textSize, textAt, textAt + textSize)
    textAt += textSize
    at += padded(size)
  })
  return request.subarray(0, end)
}

/** In bytes: where all take as many together as they have characters, each does. */
function sizesOf(texts: readonly string[], together: number): number[] {
  const lengths = texts.map(({ length }) => length)
  const isAscii = lengths.reduce((sum, length) => sum + length, 0) === together
  return isAscii ? lengths : texts.map((text) => encodeUtf8(text).length)
}

function sizeBeforeText({ numbers, bytes }: Field): number {
  return (numbers?.length ?? 0) * NUMBER_SIZE + (bytes?.length ?? 0)
}

function setNumbers(view: DataView, start: number, values: readonly number[]): void {
  let at = start
  for (const value of values) {
    view.setUint32(at, value, true)
    at += NUMBER_SIZE
  }
}

/** The next multiple of 8. */
function padded(size: number): number {
  return (size + 7) & ~7
}
