import { PROTOCOL_VERSION, REQUEST_MAGIC } from './constants.js'
import { encodeUtf8 } from './utf8.js'

/** One field of a request before it is laid out. */
export interface Field {
  readonly tag: number
  readonly bytes: Uint8Array
}

const HEADER_SIZE = 16
const FIELD_HEADER_SIZE = 8

export function stringField(tag: number, text: string): Field {
  return { tag, bytes: encodeUtf8(`${text}\0`) }
}

export function numberField(tag: number, value: number): Field {
  return { tag, bytes: encodeNumbers(value) }
}

/** Each in 4 bytes. */
export function encodeNumbers(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4)
  const view = new DataView(bytes.buffer)
  for (const [index, value] of values.entries()) view.setUint32(index * 4, value, true)
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

/** Size in bytes of a request with `fields`. */
export function requestSize(fields: readonly Field[]): number {
  return fields.reduce((size, { bytes }) => size + FIELD_HEADER_SIZE + padded(bytes.length), HEADER_SIZE)
}

/** A request of `kind` with `fields` in their order. Each field's bytes start at a multiple of 8. */
export function layOutRequest(kind: number, fields: readonly Field[]): Uint8Array {
  const request = new Uint8Array(requestSize(fields))
  const view = new DataView(request.buffer)
  const header = [REQUEST_MAGIC, PROTOCOL_VERSION, kind, request.length]
  for (const [index, value] of header.entries()) view.setUint32(index * 4, value, true)
  let at = HEADER_SIZE
  for (const { tag, bytes } of fields) {
    view.setUint32(at, tag, true)
    view.setUint32(at + 4, bytes.length, true)
    request.set(bytes, at + FIELD_HEADER_SIZE)
    at += FIELD_HEADER_SIZE + padded(bytes.length)
  }
  return request
}

function padded(length: number): number {
  return Math.ceil(length / 8) * 8
}
