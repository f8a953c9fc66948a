import { absolutePath, accessOf } from '@linux-sandbox/policy'
import { dirname } from 'node:path/posix'
import { isDirectoryOnDisk, isOnDisk } from './missing.mjs'
import { counts, isWithin, placed } from './placed-entries.mjs'

/**
 * @typedef {import('@linux-sandbox/policy').Access} Access
 * @typedef {import('@linux-sandbox/policy').ResolvedPolicy} ResolvedPolicy
 * @typedef {import('@linux-sandbox/policy').RestrictedFileSystemPolicy} RestrictedFileSystemPolicy
 * @typedef {import('./placed-entries.mjs').PlacedEntry} PlacedEntry
 */

/**
 * What a policy says about the objects on the disk where Landlock enforces it: no name is protected, nothing stands in for what is
 * missing, there are no mounts, and modes are not restricted. It has what `Oracle` has.
 */
export class LandlockOracle {
  /** @type {readonly PlacedEntry[]} */
  entries
  /** Whether an entry that says nothing leads nowhere. */
  hasIdleEntryNowhere
  /** @type {ReadonlySet<string>} */
  placeholders = new Set()
  /** @type {ResolvedPolicy} */
  #policy
  /** @type {readonly string[]} */
  #protectedNames
  /** @type {ReadonlySet<string>} */
  #limits

  /**
   * @param {ResolvedPolicy} policy - with a restricted file system
   * @param {ReadonlySet<string>} limits - what the notes of a sandbox say that this kernel cannot do
   */
  constructor(policy, limits) {
    if (policy.fileSystem.kind === 'unrestricted') throw new TypeError('nothing is restricted')
    this.#protectedNames = policy.protectedNames.map(({ name }) => name)
    const given = policy.fileSystem.entries
    const written = given.filter(({ access }) => access === 'write').map(({ path }) => path)
    // What an entry says of a protected name says nothing, wherever that leads.
    /** @param {{ access: Access, path: string }} entry */
    const isIdle = ({ access, path }) => access === 'read' && this.#isNameIn(written, path)
    this.entries = given.filter((entry) => !isIdle(entry)).map(placed)
    this.hasIdleEntryNowhere = given.some((entry) => isIdle(entry) && placed(entry).isNowhere)
    this.#limits = limits
    const entries = this.entries.filter(
      ({ access, path, isMissing, isNowhere }) =>
        !isMissing && !isNowhere && !(access === 'read' && this.#isProtectedName(path)),
    )
    this.#policy = { ...policy, protectedNames: [], fileSystem: { ...policy.fileSystem, entries } }
  }

  /**
   * @param {string} path - that has no link above it
   * @returns {Access}
   */
  accessAt(path) {
    return accessOf(this.#policy, absolutePath(path)).access
  }

  /** @param {string} path */
  mayCreate(path) {
    return isDirectoryOnDisk(dirname(path)) && this.accessAt(dirname(path)) === 'write'
  }

  /** @param {string} path */
  mayRename(path) {
    return this.accessAt(dirname(path)) === 'write'
  }

  /**
   * Whether what is at `path` can be linked or moved into the writable directory `scratch`, as far as the way between the two matters.
   *
   * @param {string} path
   * @param {string} scratch
   */
  isConnected(path, scratch) {
    if (dirname(path) === scratch) return true
    return !this.#limits.has('refer') && this.accessAt(dirname(path)) === 'write'
  }

  /**
   * Whether the mode or the length of the object at `path` can be changed.
   *
   * @param {string} path
   * @param {'chmod' | 'truncate'} act
   */
  mayAlter(path, act) {
    return act === 'chmod' || this.#limits.has('truncate') || this.accessAt(path) === 'write'
  }

  isNamed() {
    return true
  }

  canBeReached() {
    return true
  }

  hasCopiedLink() {
    return false
  }

  /** The names that a policy protects in writable directories, and Landlock does not. */
  missingProtectedPaths() {
    return this.#roots()
      .flatMap(({ path }) => this.#protectedNames.map((name) => `${path}/${name}`))
      .filter((path) => isDirectoryOnDisk(dirname(path)) && !isOnDisk(path))
  }

  /** Whether an entry takes something away in a directory that another one makes writable. */
  hasCarveOut() {
    const counting = this.entries.filter(counts)
    // One through a link that can be replaced is left out, or gives nothing that another one does not give.
    const roots = this.#roots().filter((root) => !this.#isReplaceable(root))
    const isOutranked = (/** @type {PlacedEntry} */ { access, path }) =>
      access === 'read' && counting.some((other) => other.access === 'write' && other.path === path)
    return counting.some(
      (entry) =>
        entry.access !== 'write' &&
        !this.#isReplaceable(entry) &&
        roots.some(({ path }) => isWithin(entry.path, path)) &&
        !isOutranked(entry) &&
        !this.#isProtectedName(entry.path),
    )
  }

  /** Whether an entry goes through a link that the command could replace. */
  hasReplaceableLink() {
    return this.entries.some((entry) => this.#isReplaceable(entry))
  }

  /** @param {PlacedEntry} entry */
  #isReplaceable({ links }) {
    return links.some((link) => this.accessAt(link) === 'write')
  }

  #roots() {
    return this.entries.filter(
      ({ access, isMissing, isNowhere }) => access === 'write' && !isMissing && !isNowhere,
    )
  }

  /** @param {string} path */
  #isProtectedName(path) {
    return this.#isNameIn(
      this.#roots().map((root) => root.path),
      path,
    )
  }

  /**
   * @param {readonly string[]} roots
   * @param {string} path
   */
  #isNameIn(roots, path) {
    return roots.some((root) => this.#protectedNames.some((name) => path === `${root}/${name}`))
  }
}
