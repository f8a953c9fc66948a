import { absolutePath, accessOf, isFullDiskWrite, isInside, PROTECTED_NAMES } from '@linux-sandbox/policy'
import { dirname } from 'node:path/posix'
import { follow, lookAt } from './follow.mjs'
import { GlobDenials } from './glob-denials.mjs'

/**
 * @typedef {import('@linux-sandbox/policy').Access} Access
 * @typedef {import('@linux-sandbox/policy').ResolvedPolicy} ResolvedPolicy
 * @typedef {import('@linux-sandbox/policy').ResolvedEntry} ResolvedEntry
 * @typedef {import('@linux-sandbox/policy').RestrictedFileSystemPolicy} RestrictedFileSystemPolicy
 * @typedef {ResolvedEntry & { isMissing: boolean, isNowhere: boolean, links: readonly string[] }} PlacedEntry
 */

const VOID_GLOB = { pattern: '', alternatives: [], origin: { index: -1, spelling: '' } }

/**
 * What a policy says about the objects on the disk. `accessOf` decides about names, so every entry is put first where its path
 * leads to as the sandbox starts.
 */
export class Oracle {
  /** @type {readonly PlacedEntry[]} */
  entries
  /** @type {GlobDenials} */
  #globs
  /** @type {RestrictedFileSystemPolicy} */
  #fileSystem
  /** @type {ResolvedPolicy} */
  #policy
  /** @type {ResolvedPolicy} */
  #policyForNewNames
  /** @type {ReadonlySet<string>} */
  #linksToGrants
  /** @type {Map<string, Access>} */
  #known = new Map()

  /**
   * @param {ResolvedPolicy} policy - with a restricted file system
   * @param {readonly string[]} links - all of the tree
   */
  constructor(policy, links) {
    if (policy.fileSystem.kind === 'unrestricted') throw new TypeError('nothing is restricted')
    this.#fileSystem = policy.fileSystem
    this.entries = policy.fileSystem.entries.map(placed)
    this.#policy = this.#with(
      this.entries.filter((entry) => !entry.isNowhere && counts(entry)),
      policy,
    )
    this.#globs = new GlobDenials(policy.fileSystem, {
      links,
      isHidden: (path) => !this.#isShownByEntries(path),
    })
    this.#linksToGrants = new Set(
      this.entries.flatMap((entry) => (entry.access === 'deny' ? [] : entry.links)),
    )
    const lasting = this.entries.filter(
      (entry) => !entry.isMissing || entry.access === 'write' || isHeldWhenMissing(entry),
    )
    this.#policyForNewNames = this.#with(lasting, policy)
  }

  /**
   * Globs count for what is on the disk, which `accessOf` does not see: see `GlobDenials`. One that matches nothing keeps a policy from
   * counting as one that restricts no writing.
   *
   * @param {readonly ResolvedEntry[]} entries
   * @param {ResolvedPolicy} policy
   * @returns {ResolvedPolicy}
   */
  #with(entries, policy) {
    // With "skip" an entry counts only where its path exists, so a missing one narrows nothing.
    const counted = { ...policy, fileSystem: { ...this.#fileSystem, entries: this.entries.filter(counts) } }
    const globs = isFullDiskWrite(counted) ? [] : [VOID_GLOB]
    return { ...policy, fileSystem: { ...this.#fileSystem, entries, globs } }
  }

  /**
   * What the command may do with the object at `path`, which has no link above it.
   *
   * @param {string} path
   * @returns {Access}
   */
  accessAt(path) {
    let access = this.#known.get(path)
    if (access === undefined) {
      access = this.#globs.denies(path) ? 'deny' : accessOf(this.#policy, absolutePath(path)).access
      this.#known.set(path, access)
    }
    return access
  }

  /**
   * Whether the command may make something at `path`, where nothing is. Globs name what exists as the sandbox starts, and so do
   * entries that are skipped when missing.
   *
   * @param {string} path
   */
  mayCreate(path) {
    const parent = dirname(path)
    return isDirectory(parent) && this.accessAt(parent) === 'write' && this.accessToNewName(path) === 'write'
  }

  /**
   * What the policy says about `path` once something is there that was not as the sandbox started.
   *
   * @param {string} path
   * @returns {Access}
   */
  accessToNewName(path) {
    return accessOf(this.#policyForNewNames, absolutePath(path)).access
  }

  /**
   * Whether the sandbox shows a way through the directory at `path`: it can be read, or something below it can.
   *
   * @param {string} path
   */
  canBeSearched(path) {
    return this.#isShown(path, (one) => this.accessAt(one))
  }

  /** @param {string} path */
  #isShownByEntries(path) {
    return this.#isShown(path, (one) => accessOf(this.#policy, absolutePath(one)).access)
  }

  /**
   * @param {string} path
   * @param {(path: string) => Access} accessAt
   */
  #isShown(path, accessAt) {
    const directory = absolutePath(path)
    return (
      accessAt(path) !== 'deny' ||
      this.entries.some(
        (entry) => !entry.isMissing && isInside(entry.path, directory) && accessAt(entry.path) !== 'deny',
      )
    )
  }

  /**
   * Whether the way that was followed to a place can be gone in the sandbox too. A link in a denied directory is not there; one by which
   * an entry grants something may be.
   *
   * @param {import('./follow.mjs').Place} place
   * @returns {'yes' | 'no' | 'any'}
   */
  canBeReached({ links, directories }) {
    const hidden = links.filter((path) => this.accessAt(path) === 'deny' && !this.isLinkOfGlob(path))
    const closed = directories.filter((path) => !this.canBeSearched(path))
    if (hidden.length === 0 && closed.length === 0) return 'yes'
    const isOnWayToGrant = (/** @type {string} */ path) =>
      [...this.#linksToGrants].some((link) => isInside(absolutePath(link), absolutePath(path)))
    return hidden.every((path) => this.isLinkToGrant(path)) && closed.every(isOnWayToGrant) ? 'any' : 'no'
  }

  /**
   * Whether an entry grants something by a path through the link at `path`, and so names the link as well.
   *
   * @param {string} path
   */
  isLinkToGrant(path) {
    return this.#linksToGrants.has(path)
  }

  /**
   * Whether a rule for something below `path` can keep it from being renamed or removed.
   *
   * @param {string} path
   */
  hasRuleBelow(path) {
    const ruled = [...this.entries.map((entry) => entry.path), ...this.#protectedPaths().map(absolutePath)]
    return ruled.some((one) => one !== path && isInside(one, absolutePath(path)))
  }

  /** The names that are protected in a writable directory and do not exist. */
  missingProtectedPaths() {
    return this.#protectedPaths().filter((path) => lookAt(path) === undefined)
  }

  /** The names that do not exist and stand there while the command runs, so that something can be mounted on them or below. */
  placeholderPaths() {
    const held = this.entries
      .filter((entry) => entry.isMissing && isHeldWhenMissing(entry))
      .map(({ path }) => path)
    return new Set(
      [...this.#protectedPaths(), ...held].filter((path) => lookAt(path) === undefined).map(topOfMissing),
    )
  }

  #protectedPaths() {
    const roots = this.entries.filter(
      ({ path, isMissing }) => !isMissing && this.accessAt(path) === 'write' && isDirectory(path),
    )
    return [...new Set(roots.flatMap(({ path }) => PROTECTED_NAMES.map(({ name }) => `${path}/${name}`)))]
  }

  /**
   * Whether a glob denies what the link at `path` leads to, which says nothing of the link.
   *
   * @param {string} path
   */
  isLinkOfGlob(path) {
    return this.#globs.hasLinkAt(path)
  }

  /**
   * Whether a glob is looked for outside `directory`, where a user may not be allowed to look: then no sandbox starts.
   *
   * @param {string} directory
   */
  searchesOutside(directory) {
    return this.#globs.searchesOutside(directory)
  }

  /** Why the planner may refuse this policy on this disk. */
  reasonsToRefuse() {
    const reasons = []
    if (this.accessAt('/') === 'deny') reasons.push('/ cannot be read')
    if (this.#fileSystem.globs.length > 0) reasons.push('deny glob')
    if (this.entries.some(({ isNowhere }) => isNowhere)) reasons.push('links that lead nowhere')
    const missing = this.entries.filter((entry) => entry.isMissing && isHeldWhenMissing(entry))
    // Protected names do not count here: most are missing themselves.
    const isWritable = (/** @type {string} */ path) =>
      accessOf({ ...this.#policyForNewNames, protectedNames: [] }, absolutePath(path)).access === 'write'
    if (missing.some(({ path }) => isWritable(dirname(path)))) {
      reasons.push('missing path in a writable directory')
    }
    if (this.entries.some((entry) => entry.links.some(isWritable)))
      reasons.push('a link that can be replaced')
    if (this.#protectedPaths().some(isLink)) reasons.push('protected name that is a link')
    return reasons
  }
}

/**
 * @param {ResolvedEntry} entry
 * @returns {PlacedEntry}
 */
function placed(entry) {
  const place = follow(entry.path)
  if (place === 'nowhere') return { ...entry, isMissing: true, isNowhere: true, links: [] }
  return {
    ...entry,
    path: absolutePath(place.path),
    isMissing: place.kind === 'missing',
    isNowhere: false,
    links: place.links,
  }
}

/** @param {{ readonly isMissing: boolean, readonly ifMissing: string }} entry */
function counts({ isMissing, ifMissing }) {
  return !(isMissing && ifMissing === 'skip')
}

/** @param {ResolvedEntry} entry */
function isHeldWhenMissing({ access, ifMissing }) {
  return access !== 'write' && ifMissing !== 'skip'
}

/**
 * The first component of a path that does not exist.
 *
 * @param {string} path
 * @returns {string}
 */
function topOfMissing(path) {
  const parent = dirname(path)
  return lookAt(parent) === undefined ? topOfMissing(parent) : path
}

/** @param {string} path */
function isDirectory(path) {
  return lookAt(path)?.isDirectory() === true
}

/** @param {string} path */
function isLink(path) {
  return lookAt(path)?.isSymbolicLink() === true
}
