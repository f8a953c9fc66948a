import { PolicyUnsupportedError } from '@linux-sandbox/errors'
import { absolutePath, joinPath, parentPath, type AbsolutePath } from '@linux-sandbox/policy'
import { childPath } from './child-path.js'
import type { DiskView } from './disk-view.js'

/** Where a path leads once every symlink in it is followed. */
export interface CanonicalPath {
  readonly path: AbsolutePath
  /** Whether something is there. When false, `path` has its missing part appended as written. */
  readonly exists: boolean
  /** The symlinks that were followed, in that order. */
  readonly links: readonly Link[]
}

export interface Link {
  /** Where the link is; no symlink is in this path but the last component. */
  readonly path: AbsolutePath
  /** Its text. */
  readonly to: string
}

/** As many symlinks as the kernel follows in one path. Source: MAXSYMLINKS, include/linux/namei.h. */
const MAX_SYMLINKS = 40

const ROOT = absolutePath('/')

/**
 * Follows every symlink in `path`, the last one included.
 *
 * @throws {PolicyUnsupportedError} when the links form a loop.
 * @see path_resolution(7)
 */
export function canonicalPath(disk: DiskView, path: AbsolutePath): CanonicalPath {
  const pending = components(path).toReversed()
  const links: Link[] = []
  let current = ROOT
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (name === '..') {
      current = parentPath(current)
      continue
    }
    const next = childPath(current, name)
    const kind = disk.kindOf(next)
    if (kind === undefined) return { path: joinPath(next, ...pending.toReversed()), exists: false, links }
    if (kind !== 'symlink') {
      current = next
      continue
    }
    if (links.length === MAX_SYMLINKS) {
      throw new PolicyUnsupportedError(path, 'its symbolic links form a loop', {
        hint: `look at them with: namei ${path}`,
      })
    }
    const to = disk.readLink(next)
    links.push({ path: next, to })
    if (to.startsWith('/')) current = ROOT
    pending.push(...components(to).toReversed())
  }
  return { path: current, exists: true, links }
}

function components(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.')
}
