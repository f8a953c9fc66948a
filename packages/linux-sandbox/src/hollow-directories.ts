import { lstatSync } from 'node:fs'
import {
  cachedDiskView,
  type CachedDiskView,
  type DirectoryEntry,
  type DiskView,
  type MountPlan,
  type Placeholder,
} from '@linux-sandbox/mount-plan'
import { joinPath, parentPath, type AbsolutePath } from '@linux-sandbox/policy'

/** A tree of placeholders that another sandbox has made is seldom larger; a larger one is taken for somebody's own. */
const MAX_DEPTH = 4
const MAX_ENTRIES = 16

/**
 * The placeholders of `mounts`, and every directory that is there already but could be the placeholder of another sandbox, which removes
 * it when it ends: then the mount on it here would go with it. Whoever makes the placeholders tells them from a directory of the user's.
 * Parents first.
 *
 * @param disk - what the plan was made for: some of it may be gone by now
 */
export function withHollowDirectories(
  { operations, placeholders }: MountPlan,
  disk: DiskView,
): Placeholder[] {
  const byPath = new Map(placeholders.map((one) => [one.path, one]))
  const seen = new HollowDirectories(disk)
  const add = (path: AbsolutePath, cause: Placeholder['cause']): void => {
    for (let at = path; at !== '/' && !byPath.has(at) && seen.mayVanish(at); at = parentPath(at)) {
      byPath.set(at, { path: at, cause })
    }
  }
  for (const operation of operations) {
    const isProtection =
      operation.type === 'mask-directory' || (operation.type === 'bind' && operation.access === 'read')
    if (isProtection) add(operation.target, operation.cause)
  }
  for (const { path, cause } of placeholders) add(parentPath(path), cause)
  const found = [...byPath.values()]
  return found.length === placeholders.length ? found : found.toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

class HollowDirectories {
  readonly #disk: CachedDiskView

  constructor(disk: DiskView) {
    this.#disk = cachedDiskView(disk)
  }

  /** Whether the directory at `path` is another sandbox's, as far as can be seen, or was when the plan was made. */
  mayVanish(path: AbsolutePath): boolean {
    return this.#disk.kindOf(path) === 'directory' && this.#isHollow(path, MAX_DEPTH)
  }

  /** Whether there is a directory with nothing in it but such directories, or was a moment ago. */
  #isHollow(path: AbsolutePath, depth: number): boolean {
    const entries = this.#entriesIn(path)
    if (entries === undefined || (entries.length > 0 && depth === 0)) return false
    return entries.every(
      ({ name, kind }) => kind === 'directory' && this.#isHollow(joinPath(path, name), depth - 1),
    )
  }

  /** None for a directory that is gone, `undefined` for what has too many or cannot be read, and so is none of ours. */
  #entriesIn(path: AbsolutePath): readonly DirectoryEntry[] | undefined {
    try {
      if (this.#disk.listed(path) === undefined && isFull(path)) return undefined
      const entries = this.#disk.readDirectory(path)
      return entries.length > MAX_ENTRIES ? undefined : entries
    } catch {
      return undefined
    }
  }
}

/** Most file systems count the directories in one: so it need not be read. A second look, for what no `DiskView` tells. */
function isFull(path: AbsolutePath): boolean {
  return (lstatSync(path, { throwIfNoEntry: false })?.nlink ?? 0) > MAX_ENTRIES + 2
}
