import { lstatSync, readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { MountPlan, Placeholder } from '@linux-sandbox/mount-plan'
import { absolutePath, joinPath, type AbsolutePath } from '@linux-sandbox/policy'

/** A tree of placeholders that another sandbox has made is seldom larger; a larger one is taken for somebody's own. */
const MAX_DEPTH = 4
const MAX_ENTRIES = 16

/**
 * The placeholders of `mounts`, and every directory that is there already but could be the placeholder of another sandbox, which removes
 * it when it ends: then the mount on it here would go with it. Whoever makes the placeholders tells them from a directory of the user's.
 * Parents first.
 */
export function withHollowDirectories({ operations, placeholders }: MountPlan): Placeholder[] {
  const byPath = new Map(placeholders.map((one) => [one.path, one]))
  const add = (path: AbsolutePath, cause: Placeholder['cause']): void => {
    if (!byPath.has(path) && isHollow(path, MAX_DEPTH)) byPath.set(path, { path, cause })
  }
  for (const operation of operations) {
    const isProtection =
      operation.type === 'mask-directory' || (operation.type === 'bind' && operation.access === 'read')
    if (isProtection) add(operation.target, operation.cause)
  }
  for (const { path, cause } of placeholders) {
    for (let at = dirname(path); at !== '/'; at = dirname(at)) {
      if (!isHollow(absolutePath(at), MAX_DEPTH)) break
      add(absolutePath(at), cause)
    }
  }
  const found = [...byPath.values()]
  return found.length === placeholders.length ? found : found.toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

/** Whether there is a directory with nothing in it but such directories. */
function isHollow(path: AbsolutePath, depth: number): boolean {
  try {
    // Most file systems count the directories in it: so a full one is not read.
    const about = lstatSync(path, { throwIfNoEntry: false })
    if (about === undefined || !about.isDirectory() || about.nlink > MAX_ENTRIES + 2) return false
    const names = readdirSync(path)
    if (names.length > MAX_ENTRIES || (names.length > 0 && depth === 0)) return false
    return names.every((name) => isHollow(joinPath(path, name), depth - 1))
  } catch {
    return false // it cannot be read, so it is none of ours
  }
}
