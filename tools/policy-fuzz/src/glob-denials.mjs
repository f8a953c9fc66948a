import { absolutePath, depthOf, joinPath, matchesGlob, pathPrefixes } from '@linux-sandbox/policy'
import { dirname } from 'node:path/posix'
import { follow } from './follow.mjs'
import { isOnDisk } from './missing.mjs'

/**
 * @typedef {import('@linux-sandbox/policy').RestrictedFileSystemPolicy} RestrictedFileSystemPolicy
 * @typedef {import('@linux-sandbox/policy').GlobAlternative} GlobAlternative
 * @typedef {import('@linux-sandbox/policy').AbsolutePath} AbsolutePath
 *
 * @typedef {object} PlacedGlob
 * @property {GlobAlternative} alternative - with its fixed part where that leads to
 * @property {string} root - the directory that the fixed part is
 * @property {number} fixed - how many names it has
 */

/**
 * What the globs of a policy deny on the disk as it is. Nothing can be mounted on a link, so one that matches denies what it leads to,
 * unless the link is in a directory that is hidden anyway.
 */
export class GlobDenials {
  /** @type {readonly PlacedGlob[]} */
  #globs
  #depthMax
  /** @type {ReadonlySet<string>} */
  #links
  /**
   * What the links lead to that match.
   *
   * @type {ReadonlySet<string>}
   */
  targets
  /** Whether the fixed part of one leads nowhere. */
  isBelowNowhere

  /**
   * @param {RestrictedFileSystemPolicy} policy
   * @param {{ links: readonly string[], isHidden: (path: string) => boolean }} tree - its links, and which directories the entries hide
   */
  constructor({ globs, globScanMaxDepth = Infinity }, { links, isHidden }) {
    const found = globs.flatMap(({ alternatives }) => alternatives.map(placed))
    this.#globs = found.filter((glob) => typeof glob === 'object')
    this.isBelowNowhere = found.includes('nowhere')
    this.#depthMax = globScanMaxDepth
    this.#links = new Set(links)
    const matched = links.filter(
      (link) => this.#matches(absolutePath(link)) && !isHidden(dirname(link)) && !this.#matchesAbove(link),
    )
    this.targets = new Set(
      matched.flatMap((link) => {
        const place = follow(link)
        return place === 'nowhere' || place.kind === 'missing' ? [] : [place.path]
      }),
    )
  }

  /** The directories below which they are looked for. */
  get roots() {
    return this.#globs.map(({ root }) => root)
  }

  /**
   * Whether the object at `path` is denied, itself or with something above it. A link that matches is not: what it leads to is.
   *
   * @param {string} path
   */
  denies(path) {
    return pathPrefixes(absolutePath(path)).some(
      (prefix) => this.targets.has(prefix) || (!this.#links.has(prefix) && this.#matches(prefix)),
    )
  }

  /** @param {string} path */
  #matchesAbove(path) {
    return pathPrefixes(absolutePath(dirname(path))).some((prefix) => this.#matches(prefix))
  }

  /**
   * Globs name what exists as the sandbox starts.
   *
   * @param {AbsolutePath} path
   */
  #matches(path) {
    const isMatch = this.#globs.some(
      ({ alternative, fixed }) => depthOf(path) - fixed <= this.#depthMax && matchesGlob([alternative], path),
    )
    return isMatch && isOnDisk(path)
  }
}

/**
 * @param {GlobAlternative} alternative
 * @returns {PlacedGlob | 'nowhere' | 'missing'} `missing` when the fixed part is no directory
 */
function placed(alternative) {
  const names = alternative.map((component) =>
    typeof component === 'object' && 'kind' in component && component.kind === 'name'
      ? component.text
      : undefined,
  )
  const wildcard = names.indexOf(undefined)
  const length = wildcard === -1 ? names.length - 1 : wildcard
  const fixed = names.slice(0, length).filter((name) => name !== undefined)
  const place = follow(joinPath(absolutePath('/'), ...fixed))
  if (place === 'nowhere') return 'nowhere'
  if (place.kind !== 'directory') return 'missing'
  const start = place.path.split('/').filter((name) => name !== '')
  const components = start.map((text) => /** @type {const} */ ({ kind: 'name', text }))
  return { root: place.path, alternative: [...components, ...alternative.slice(length)], fixed: start.length }
}
