import { absolutePath, accessOf, isFullDiskWrite } from '@linux-sandbox/policy'
import { dirname } from 'node:path/posix'
import { GlobDenials } from './glob-denials.mjs'
import { filesInTheWayOf, isDirectoryOnDisk, isOnDisk, placeholdersFor } from './missing.mjs'
import { counts, isWithin, placed } from './placed-entries.mjs'

/**
 * @typedef {import('@linux-sandbox/policy').Access} Access
 * @typedef {import('@linux-sandbox/policy').ResolvedPolicy} ResolvedPolicy
 * @typedef {import('@linux-sandbox/policy').ResolvedEntry} ResolvedEntry
 * @typedef {import('@linux-sandbox/policy').RestrictedFileSystemPolicy} RestrictedFileSystemPolicy
 * @typedef {import('./placed-entries.mjs').PlacedEntry} PlacedEntry
 *
 * @typedef {object} Tree
 * @property {readonly string[]} paths - of everything in it
 * @property {readonly string[]} links - those of them that are links
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
  globs
  /**
   * The names that do not exist, and stand there as directories while the command runs.
   *
   * @type {ReadonlySet<string>}
   */
  placeholders = new Set()
  /** @type {ResolvedPolicy} */
  #policy
  /** @type {Tree} */
  #tree
  /** @type {ReadonlySet<string>} */
  #filesInTheWay
  /** @type {ReadonlySet<string>} */
  #linksToGrants = new Set()
  /**
   * The links by which an entry lets the command write: one with a protected name is not protected then.
   *
   * @type {ReadonlySet<string>}
   */
  #writtenLinks
  /** @type {Map<string, Access>} */
  #known = new Map()

  /**
   * @param {ResolvedPolicy} policy - with a restricted file system
   * @param {Tree} tree
   */
  constructor(policy, tree) {
    if (policy.fileSystem.kind === 'unrestricted') throw new TypeError('nothing is restricted')
    this.#tree = tree
    this.entries = policy.fileSystem.entries.map(placed)
    this.#writtenLinks = new Set(
      this.entries.flatMap(({ access, isMissing, links }) => (access === 'write' && !isMissing ? links : [])),
    )
    this.#policy = withEntries(policy, this.entries.filter(counts))
    this.globs = new GlobDenials(policy.fileSystem, {
      links: tree.links,
      isHidden: (path) => !this.#isShown(path, (one) => accessOf(this.#policy, absolutePath(one)).access),
    })
    const ruled = this.entries.filter((entry) => entry.isMissing && counts(entry)).map(({ path }) => path)
    const onDisk = this.#surroundings(new Set())
    const ofEntries = new Set(placeholdersFor(ruled, onDisk))
    const ofNames = placeholdersFor(this.#protectedPaths(ofEntries), this.#surroundings(ofEntries))
    this.placeholders = new Set([...ofEntries, ...ofNames])
    this.#filesInTheWay = new Set(filesInTheWayOf(ruled, onDisk))
    const granting = this.entries.filter(
      (entry) =>
        entry.access !== 'deny' &&
        this.#isThere(entry) &&
        this.accessAt(entry.path) !== 'deny' &&
        // Such an entry may stay where it changes nothing, and then needs no link.
        !(entry.isMissing && this.#isReplaceable(entry)),
    )
    this.#linksToGrants = new Set(granting.flatMap(({ links }) => links))
  }

  /**
   * What the command may do with the object at `path`, which has no link above it. When nothing is there: with what it would make there.
   *
   * @param {string} path
   * @returns {Access}
   */
  accessAt(path) {
    if (this.#writtenLinks.has(path)) return this.accessAt(dirname(path))
    let access = this.#known.get(path)
    if (access === undefined) {
      access = this.globs.denies(path) ? 'deny' : accessOf(this.#policy, absolutePath(path)).access
      this.#known.set(path, access)
    }
    return access
  }

  /**
   * Whether the command may make something at `path`, where nothing is on the disk.
   *
   * @param {string} path
   */
  mayCreate(path) {
    const parent = dirname(path)
    const hasDirectory = isDirectoryOnDisk(parent) || this.placeholders.has(parent)
    if (!hasDirectory || this.placeholders.has(path)) return false
    return this.accessAt(parent) === 'write' && this.accessAt(path) === 'write'
  }

  /**
   * Whether the name of the object at `path` can be changed: nothing is mounted on it, and nothing below it.
   *
   * @param {string} path
   */
  mayRename(path) {
    if (this.accessAt(dirname(path)) !== 'write' || this.accessAt(path) !== 'write') return false
    const isKept = (/** @type {string} */ one) =>
      this.accessAt(one) !== 'write' || this.#filesInTheWay.has(one)
    return ![...this.#tree.paths, ...this.placeholders].some((one) => isWithin(one, path) && isKept(one))
  }

  /**
   * The mount that the object at `path` is in. Each begins where the access is another one, or where a name is kept.
   *
   * @param {string} path
   * @returns {string}
   */
  mountOf(path) {
    const parent = dirname(path)
    if (path === parent || this.accessAt(path) !== this.accessAt(parent)) return path
    return this.accessAt(path) === 'write' && !this.mayRename(path) ? path : this.mountOf(parent)
  }

  /**
   * Whether what is at `path` can be linked or moved into the writable directory `scratch`, as far as the way between the two matters.
   *
   * @param {string} path
   * @param {string} scratch
   */
  isConnected(path, scratch) {
    return this.mountOf(path) === this.mountOf(scratch)
  }

  /** @param {string} path */
  mayAlter(path) {
    return this.accessAt(path) === 'write'
  }

  /**
   * Whether something is seen at `path`, where something is on the disk: the object, or what hides it.
   *
   * @param {string} path
   */
  isNamed(path) {
    return this.accessAt(dirname(path)) !== 'deny' || this.canBeSearched(path) || this.hasCopiedLink(path)
  }

  /**
   * Whether the sandbox shows a way through the directory at `path`: it can be read, or something below it can.
   *
   * @param {string} path
   */
  canBeSearched(path) {
    return (
      this.#isShown(path, (one) => this.accessAt(one)) ||
      [...this.#linksToGrants].some((link) => isWithin(link, path))
    )
  }

  /**
   * @param {string} path
   * @param {(path: string) => Access} accessAt
   */
  #isShown(path, accessAt) {
    return (
      accessAt(path) !== 'deny' ||
      this.entries.some(
        (entry) => this.#isThere(entry) && isWithin(entry.path, path) && accessAt(entry.path) !== 'deny',
      )
    )
  }

  /** @param {PlacedEntry} entry */
  #isThere(entry) {
    return counts(entry) && (!entry.isMissing || this.placeholders.has(entry.path))
  }

  /**
   * Whether the way that was followed to a place can be gone in the sandbox too.
   *
   * @param {import('./follow.mjs').Place} place
   */
  canBeReached({ links, directories }) {
    return (
      links.every((path) => this.accessAt(path) !== 'deny' || this.hasCopiedLink(path)) &&
      directories.every((path) => this.canBeSearched(path))
    )
  }

  /**
   * Whether there is a link like the one at `path`, in a denied directory: an entry grants something by it.
   *
   * @param {string} path
   */
  hasCopiedLink(path) {
    return this.accessAt(path) === 'deny' && this.#linksToGrants.has(path)
  }

  /** The names that are protected in writable directories and not taken. */
  missingProtectedPaths() {
    return this.#protectedPaths(this.placeholders).filter((path) => !isOnDisk(path))
  }

  /**
   * @param {ReadonlySet<string>} placeholders
   * @returns {string[]}
   */
  #protectedPaths(placeholders) {
    const { isDirectory } = this.#surroundings(placeholders)
    const roots = this.entries.filter(
      (entry) => counts(entry) && this.accessAt(entry.path) === 'write' && isDirectory(entry.path),
    )
    return [
      ...new Set(
        roots.flatMap(({ path }) => this.#policy.protectedNames.map(({ name }) => `${path}/${name}`)),
      ),
    ]
  }

  /**
   * @param {ReadonlySet<string>} placeholders
   * @returns {import('./missing.mjs').Surroundings}
   */
  #surroundings(placeholders) {
    return {
      accessAt: (path) => this.accessAt(path),
      isProtectedLater: (path) => {
        const { decidedBy } = accessOf(this.#policy, absolutePath(path))
        if (decidedBy.kind !== 'protected-name') return false
        return !placeholders.has(decidedBy.entry.path) && !isOnDisk(decidedBy.entry.path)
      },
      isThere: (path) => placeholders.has(path) || isOnDisk(path),
      isDirectory: (path) => placeholders.has(path) || isDirectoryOnDisk(path),
    }
  }

  /** Whether any protected name in a directory that an entry lets the command write is a link: what outranks the entry may come later. */
  hasProtectedLink() {
    return this.entries.some(
      ({ path, access }) =>
        access === 'write' &&
        this.#policy.protectedNames.some(({ name }) => this.#tree.links.includes(`${path}/${name}`)),
    )
  }

  /** Whether an entry goes through a link that the entries let the command replace, and so names nothing for sure. */
  hasReplaceableLink() {
    return this.entries.some((entry) => this.#isReplaceable(entry))
  }

  /** @param {PlacedEntry} entry */
  #isReplaceable({ links }) {
    return links.some((link) => this.#accessByEntries(link) === 'write')
  }

  /**
   * Without protected names, and without entries for what is missing.
   *
   * @param {string} path
   */
  #accessByEntries(path) {
    const entries = this.entries.filter((entry) => counts(entry) && !entry.isMissing)
    const fileSystem = {
      .../** @type {RestrictedFileSystemPolicy} */ (this.#policy.fileSystem),
      ...{ entries, globs: [] },
    }
    return accessOf({ ...this.#policy, protectedNames: [], fileSystem }, absolutePath(path)).access
  }
}

/**
 * Globs count for what is on the disk, which `accessOf` does not see: see `GlobDenials`. One that matches nothing keeps a policy from
 * counting as one that restricts no writing.
 *
 * @param {ResolvedPolicy} policy
 * @param {readonly ResolvedEntry[]} entries
 * @returns {ResolvedPolicy}
 */
function withEntries(policy, entries) {
  const fileSystem = { .../** @type {RestrictedFileSystemPolicy} */ (policy.fileSystem), entries }
  const globs = isFullDiskWrite({ ...policy, fileSystem }) ? [] : [VOID_GLOB]
  return { ...policy, fileSystem: { ...fileSystem, globs } }
}
