/// <reference lib="es2024.string" />
import { PolicyInvalidError } from '@linux-sandbox/errors'

declare const brand: unique symbol

/** A path that starts with `/` and has no `.`, `..`, empty component, trailing slash or NUL. Says nothing about the disk. */
export type AbsolutePath = string & { readonly [brand]: 'AbsolutePath' }

export const ROOT_PATH = '/' as AbsolutePath

/**
 * `text` as an absolute path, lexically normalised: `/opt/../srv/./x/` gives `/srv/x`.
 *
 * @throws {PolicyInvalidError} when `text` is relative or no path at all.
 */
export function absolutePath(text: string): AbsolutePath {
  const problem = absolutePathProblem(text)
  if (problem !== undefined)
    throw new PolicyInvalidError(`path ${quote(text)}`, [{ path: [], message: problem }])
  return normalise(text)
}

/** As `absolutePath`, but `undefined` for what is none. */
export function parseAbsolutePath(text: string): AbsolutePath | undefined {
  return absolutePathProblem(text) === undefined ? normalise(text) : undefined
}

/**
 * `segments` below `base`, lexically: `..` goes up, and a leading `/` in a segment does not start anew.
 *
 * @throws {PolicyInvalidError} when a segment cannot be part of any path.
 */
export function joinPath(base: AbsolutePath, ...segments: readonly string[]): AbsolutePath {
  return absolutePath(`${base}/${segments.join('/')}`)
}

/** The directory that holds `path`; `/` is its own. */
export function parentPath(path: AbsolutePath): AbsolutePath {
  return (path.slice(0, path.lastIndexOf('/')) || '/') as AbsolutePath
}

/** Whether `path` is `ancestor` or lies below it. */
export function isInside(path: AbsolutePath, ancestor: AbsolutePath): boolean {
  return path === ancestor || ancestor === '/' || path.startsWith(`${ancestor}/`)
}

/** The number of components: 0 for `/`, 2 for `/a/b`. */
export function depthOf(path: AbsolutePath): number {
  return pathComponents(path).length
}

/** `['a', 'b']` for `/a/b`. */
export function pathComponents(path: AbsolutePath): string[] {
  return path === '/' ? [] : path.slice(1).split('/')
}

/** `path` and everything above it, from the top: `/`, `/a`, `/a/b`. */
export function pathPrefixes(path: AbsolutePath): AbsolutePath[] {
  const components = pathComponents(path)
  return [
    ROOT_PATH,
    ...components.map((_, index) => `/${components.slice(0, index + 1).join('/')}` as AbsolutePath),
  ]
}

/** Why `text` is no absolute path, as a phrase; `undefined` when it is one. */
export function absolutePathProblem(text: string): string | undefined {
  return text.startsWith('/') ? pathTextProblem(text) : `must be an absolute path, not ${quote(text)}`
}

/** Why `text` cannot be part of any path. */
export function pathTextProblem(text: string): string | undefined {
  if (text.includes('\0')) return 'must not contain a NUL character'
  // Half of a surrogate pair has no UTF-8 form: the kernel would be given another name than the policy's.
  return text.isWellFormed() ? undefined : 'must not contain half of a surrogate pair'
}

function normalise(text: string): AbsolutePath {
  if (isNormal(text)) return text as AbsolutePath
  const kept: string[] = []
  for (const component of text.split('/')) {
    if (component === '..') kept.pop()
    else if (component !== '' && component !== '.') kept.push(component)
  }
  return `/${kept.join('/')}` as AbsolutePath
}

/** Most paths are written as they are meant, and to take them apart costs more than to see that. */
function isNormal(text: string): boolean {
  const closed = `${text}/`
  return !closed.includes('//') && !closed.includes('/./') && !closed.includes('/../')
}

function quote(text: string): string {
  return JSON.stringify(text)
}
