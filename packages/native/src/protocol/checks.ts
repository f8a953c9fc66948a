import type { Issue } from '@linux-sandbox/errors'
import { FILTER_LENGTH_MAX } from './constants.js'
import { encodeUtf8, hasLoneSurrogate } from './utf8.js'

export type Path = Issue['path']

/** `sizeof(struct sock_filter)`. Source: linux/filter.h. */
const INSTRUCTION_SIZE = 8

/** INT_MAX: what a descriptor can be, and more milliseconds than anybody waits. */
const NUMBER_MAX = 0x7fff_ffff

/** Source: linux/limits.h. With the NUL. */
const PATH_MAX = 4096

export function checkAbsolutePath(text: string, path: Path): Issue[] {
  if (!text.startsWith('/')) return [{ path, message: 'is not an absolute path' }]
  return checkText(text, path)
}

export function checkPlainPath(text: string, path: Path): Issue[] {
  const issues = checkAbsolutePath(text, path)
  if (issues.length > 0) return issues
  const names = text.slice(1).split('/')
  if (names.some((name) => ['', '.', '..'].includes(name)))
    return [{ path, message: 'has an empty, . or .. component' }]
  return encodeUtf8(text).length < PATH_MAX ? [] : [{ path, message: `has ${PATH_MAX} bytes or more` }]
}

export function checkText(text: string, path: Path): Issue[] {
  if (text.includes('\0')) return [{ path, message: 'has a NUL character' }]
  if (hasLoneSurrogate(text)) return [{ path, message: 'has half of a surrogate pair' }]
  return []
}

export function checkFilter(filter: Uint8Array, path: Path): Issue[] {
  if (filter.length % INSTRUCTION_SIZE !== 0) {
    return [{ path, message: `has ${filter.length} bytes, which is not a multiple of ${INSTRUCTION_SIZE}` }]
  }
  const count = filter.length / INSTRUCTION_SIZE
  if (count >= 1 && count <= FILTER_LENGTH_MAX) return []
  return [{ path, message: `has ${count} instructions, not 1 to ${FILTER_LENGTH_MAX}` }]
}

export function checkNumber(value: number, least: number, path: Path, most = NUMBER_MAX): Issue[] {
  const isRight = Number.isInteger(value) && value >= least && value <= most
  return isRight ? [] : [{ path, message: `is not a whole number from ${least} to ${most}` }]
}

export function checkSize(bytes: Uint8Array, most: number, path: Path): Issue[] {
  if (bytes.length >= 1 && bytes.length <= most) return []
  return [{ path, message: `has ${bytes.length} bytes, not 1 to ${most}` }]
}
