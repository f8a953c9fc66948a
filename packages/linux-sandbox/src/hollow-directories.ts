import { lstatSync, readdirSync } from 'node:fs'
import { errnoOf } from '@linux-sandbox/host-probe'
import type { DiskView, MountPlan, Placeholder } from '@linux-sandbox/mount-plan'
import { joinPath, parentPath, type AbsolutePath } from '@linux-sandbox/policy'

/** Source: asm-generic/errno-base.h. */
const ENOENT = 2

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

/** What was seen of directories, so that none is listed twice: those of one plan lie in each other. */
class HollowDirectories {
  readonly #disk: DiskView
  readonly #names = new Map<string, readonly string[] | undefined>()

  constructor(disk: DiskView) {
    this.#disk = disk
  }

  /** Whether the directory at `path` is another sandbox's, as far as can be seen, or was when the plan was made. */
  mayVanish(path: AbsolutePath): boolean {
    return this.#disk.kindOf(path) === 'directory' && this.#isHollow(path, MAX_DEPTH)
  }

  /** Whether there is a directory with nothing in it but such directories, or was a moment ago. */
  #isHollow(path: AbsolutePath, depth: number): boolean {
    if (!this.#names.has(path)) this.#names.set(path, namesIn(path))
    const names = this.#names.get(path)
    if (names === undefined || (names.length > 0 && depth === 0)) return false
    return names.every((name) => this.#isHollow(joinPath(path, name), depth - 1))
  }
}

/** None for a directory that is gone, `undefined` for what has too many or is no directory. */
function namesIn(path: AbsolutePath): readonly string[] | undefined {
  try {
    // Most file systems count the directories in it: so a full one is not read.
    const about = lstatSync(path)
    if (!about.isDirectory() || about.nlink > MAX_ENTRIES + 2) return undefined
    const names = readdirSync(path)
    return names.length > MAX_ENTRIES ? undefined : names
  } catch (error) {
    return errnoOf(error) === ENOENT ? [] : undefined // else it cannot be read, so it is none of ours
  }
}
