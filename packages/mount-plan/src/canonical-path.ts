import { PolicyUnsupportedError } from '@linux-sandbox/errors'
import { absolutePath, joinPath, parentPath, type AbsolutePath } from '@linux-sandbox/policy'
import type { DiskView } from './disk-view.js'

/** Where a path leads once every symlink in it is followed. */
export interface CanonicalPath {
  readonly path: AbsolutePath
  /** Whether something is there. When false, `path` has its missing part appended as written. */
  readonly exists: boolean
}

/** As many symlinks as the kernel follows in one path. Source: MAXSYMLINKS, include/linux/namei.h. */
const MAX_SYMLINKS = 40

/**
 * Follows every symlink in `path`, the last one included.
 *
 * @throws {PolicyUnsupportedError} when the links form a loop.
 * @see path_resolution(7)
 */
export function canonicalPath(disk: DiskView, path: AbsolutePath): CanonicalPath {
  const pending = components(path).toReversed()
  const root = absolutePath('/')
  let current = root
  let linksLeft = MAX_SYMLINKS
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (name === '..') {
      current = parentPath(current)
      continue
    }
    const next = joinPath(current, name)
    const kind = disk.kindOf(next)
    if (kind === undefined) return { path: joinPath(next, ...pending.toReversed()), exists: false }
    if (kind !== 'symlink') {
      current = next
      continue
    }
    if (linksLeft-- === 0) {
      throw new PolicyUnsupportedError(path, 'its symbolic links form a loop', {
        hint: `look at them with: namei ${path}`,
      })
    }
    const target = disk.readLink(next)
    if (target.startsWith('/')) current = root
    pending.push(...components(target).toReversed())
  }
  return { path: current, exists: true }
}

function components(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.')
}
