import type { Issue } from '@linux-sandbox/errors'
import { FILTER_LENGTH_MAX } from './constants.js'
import { encodeUtf8, hasLoneSurrogate } from './utf8.js'

/*
 * Each check gives what is wrong with one part of a request, with paths that start at it. Hardly ever is anything wrong, so nothing is made
 * for a path before something is.
 */

/** `sizeof(struct sock_filter)`. Source: linux/filter.h. */
const INSTRUCTION_SIZE = 8

/** INT_MAX: what a descriptor can be, and more milliseconds than anybody waits. */
const NUMBER_MAX = 0x7fff_ffff

/** Source: linux/limits.h. With the NUL. */
const PATH_MAX = 4096

/** No character takes more in UTF-8; a pair of surrogates, which is two, takes 4. */
const UNIT_SIZE_MAX = 3

/** That nothing is wrong. */
export const NONE: readonly Issue[] = []

export function issue(message: string): readonly Issue[] {
  return [{ path: [], message }]
}

/** `issues` of what is at `key`. */
export function at(key: string | number, issues: readonly Issue[]): readonly Issue[] {
  if (issues.length === 0) return issues
  return issues.map(({ path, message }) => ({ path: [key, ...path], message }))
}

/** What is wrong with each of `items`. */
export function atEach<Item>(
  items: readonly Item[],
  check: (item: Item, index: number) => readonly Issue[],
): readonly Issue[] {
  return items.flatMap((item, index) => at(index, check(item, index)))
}

export function both(first: readonly Issue[], second: readonly Issue[]): readonly Issue[] {
  return first.length === 0 ? second : [...first, ...second]
}

export function checkAbsolutePath(text: string): readonly Issue[] {
  return text.startsWith('/') ? checkText(text) : issue('is not an absolute path')
}

export function checkPlainPath(text: string): readonly Issue[] {
  const issues = checkAbsolutePath(text)
  if (issues.length > 0) return issues
  const closed = `${text}/`
  if (closed.includes('//') || closed.includes('/./') || closed.includes('/../')) {
    return issue('has an empty, . or .. component')
  }
  return isLonger(text, PATH_MAX - 1) ? issue(`has ${PATH_MAX} bytes or more`) : NONE
}

/** Whether `text` has more than `most` bytes. */
export function isLonger(text: string, most: number): boolean {
  return text.length * UNIT_SIZE_MAX > most && encodeUtf8(text).length > most
}

export function checkText(text: string): readonly Issue[] {
  if (text.includes('\0')) return issue('has a NUL character')
  return hasLoneSurrogate(text) ? issue('has half of a surrogate pair') : NONE
}

export function checkFilter(filter: Uint8Array): readonly Issue[] {
  if (filter.length % INSTRUCTION_SIZE !== 0) {
    return issue(`has ${filter.length} bytes, which is not a multiple of ${INSTRUCTION_SIZE}`)
  }
  const count = filter.length / INSTRUCTION_SIZE
  if (count >= 1 && count <= FILTER_LENGTH_MAX) return NONE
  return issue(`has ${count} instructions, not 1 to ${FILTER_LENGTH_MAX}`)
}

export function checkNumber(value: number, least: number, most = NUMBER_MAX): readonly Issue[] {
  const isRight = Number.isInteger(value) && value >= least && value <= most
  return isRight ? NONE : issue(`is not a whole number from ${least} to ${most}`)
}

export function checkSize(bytes: Uint8Array, most: number): readonly Issue[] {
  if (bytes.length >= 1 && bytes.length <= most) return NONE
  return issue(`has ${bytes.length} bytes, not 1 to ${most}`)
}
