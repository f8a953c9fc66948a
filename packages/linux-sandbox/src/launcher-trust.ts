import { isChangeable, isReplaceable } from '@linux-sandbox/host-probe'
import { withCanonicalEntries, type CanonicalPath, type DiskView } from '@linux-sandbox/mount-plan'
import {
  accessOf,
  isFullDiskWrite,
  isInside,
  parentPath,
  pathPrefixes,
  type AbsolutePath,
  type ResolvedPolicy,
} from '@linux-sandbox/policy'

/** Which programs commands under one policy could have changed. */
export class LauncherTrust {
  readonly #policy: ResolvedPolicy
  readonly #disk: DiskView
  #canonical: ResolvedPolicy | undefined

  constructor(policy: ResolvedPolicy, disk: DiskView) {
    this.#policy = policy
    this.#disk = disk
  }

  /**
   * Why a program must not be used as the launcher, as a phrase, or `undefined` when it may: the command could have changed it, or put
   * something else in its place or in that of a directory or link that leads to it.
   */
  distrust(found: CanonicalPath): string | undefined {
    const exposed = this.exposure(found)
    if (exposed !== undefined) return exposed
    const { path, links } = found
    const directory = [path, ...links.map((one) => parentPath(one.path))]
      .flatMap((one) => pathPrefixes(one).slice(1))
      .find((one) => this.#mayReplace(one))
    return directory === undefined ? undefined : `is reached by ${directory}, which the command could replace`
  }

  /** The same of the program itself and the links to it. A directory above them cannot be moved where they are mounts of their own. */
  exposure({ path, links }: CanonicalPath): string | undefined {
    if (this.#mayWrite(path, isChangeable)) return 'lies where the policy lets the command write'
    const link = links.find((one) => this.#mayWrite(parentPath(one.path), () => isReplaceable(one.path)))
    return link && `is reached by the link ${link.path}, which the command could replace`
  }

  /** With its entries at what they name. Looked for when first asked for: an entry may lead nowhere. */
  get #policyOnDisk(): ResolvedPolicy {
    return (this.#canonical ??= withCanonicalEntries(this.#policy, this.#disk))
  }

  /** What a deeper rule keeps from being written is a mount of its own in the sandbox, which nobody there can rename. */
  #mayReplace(path: AbsolutePath): boolean {
    if (!this.#isWritable(path)) return false
    return this.#mayWrite(parentPath(path), () => isReplaceable(path))
  }

  /**
   * Whether the policy lets the command write at `path`. A grant of the whole disk says nothing about single programs: under it the
   * permissions of this user decide, and for one who may change every program that there is, nothing does.
   */
  #mayWrite(path: AbsolutePath, hasPermission: (path: AbsolutePath) => boolean): boolean {
    if (!this.#isWritable(path)) return false
    const policy = this.#policyOnDisk
    const { decidedBy } = accessOf(policy, path)
    const isByWholeDisk =
      isFullDiskWrite(policy) || (decidedBy.kind === 'entry' && decidedBy.entry.path === '/')
    return !isByWholeDisk || (!mayChangeAll() && hasPermission(path))
  }

  #isWritable(path: AbsolutePath): boolean {
    const policy = this.#policyOnDisk
    return isInWritableEntry(policy, path) && accessOf(policy, path).access === 'write'
  }
}

/** Nothing else can be written, and that is soon seen of most programs. */
function isInWritableEntry({ fileSystem }: ResolvedPolicy, path: AbsolutePath): boolean {
  if (fileSystem.kind === 'unrestricted') return true
  return fileSystem.entries.some((entry) => entry.access === 'write' && isInside(path, entry.path))
}

/** Root, and in some containers whoever owns their `/`. */
function mayChangeAll(): boolean {
  return process.geteuid?.() === 0 || isChangeable('/')
}
