import { absolutePath, depthOf, joinPath, matchesGlob, pathPrefixes } from '@linux-sandbox/policy'
import { dirname } from 'node:path/posix'
import { follow } from './follow.mjs'

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
  /** @type {ReadonlySet<string>} */
  #targets

  /**
   * @param {RestrictedFileSystemPolicy} policy
   * @param {{ links: readonly string[], isHidden: (path: string) => boolean }} tree - its links, and which directories the entries hide
   */
  constructor({ globs, globScanMaxDepth = Infinity }, { links, isHidden }) {
    this.#globs = globs.flatMap(({ alternatives }) => alternatives.flatMap(placed))
    this.#depthMax = globScanMaxDepth
    const matched = links.filter(
      (link) => this.#matches(absolutePath(link)) && !isHidden(dirname(link)) && !this.#matchesAbove(link),
    )
    this.#links = new Set(matched)
    this.#targets = new Set(
      matched.flatMap((link) => {
        const place = follow(link)
        return place === 'nowhere' || place.kind === 'missing' ? [] : [place.path]
      }),
    )
  }

  /**
   * Whether the object at `path` is denied, itself or with something above it.
   *
   * @param {string} path
   */
  denies(path) {
    return pathPrefixes(absolutePath(path)).some(
      (prefix) => this.#targets.has(prefix) || this.#matches(prefix),
    )
  }

  /**
   * Whether there is a link at `path` that matches: the link itself can be seen and renamed.
   *
   * @param {string} path
   */
  hasLinkAt(path) {
    return this.#links.has(path)
  }

  /**
   * Whether something outside `directory` is searched, where the user may not be allowed to look.
   *
   * @param {string} directory
   */
  searchesOutside(directory) {
    return this.#globs.some(({ root }) => root !== directory && !root.startsWith(`${directory}/`))
  }

  /** @param {string} path */
  #matchesAbove(path) {
    return pathPrefixes(absolutePath(dirname(path))).some((prefix) => this.#matches(prefix))
  }

  /** @param {AbsolutePath} path */
  #matches(path) {
    return this.#globs.some(
      ({ alternative, fixed }) => depthOf(path) - fixed <= this.#depthMax && matchesGlob([alternative], path),
    )
  }
}

/**
 * @param {GlobAlternative} alternative
 * @returns {PlacedGlob[]} nothing when the fixed part is no directory
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
  if (place === 'nowhere' || place.kind !== 'directory') return []
  const start = place.path.split('/').filter((name) => name !== '')
  const components = start.map((text) => /** @type {const} */ ({ kind: 'name', text }))
  return [
    { root: place.path, alternative: [...components, ...alternative.slice(length)], fixed: start.length },
  ]
}
