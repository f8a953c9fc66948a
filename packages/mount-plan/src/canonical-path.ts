import { PolicyUnsupportedError } from '@linux-sandbox/errors'
import { absolutePath, joinPath, parentPath, type AbsolutePath } from '@linux-sandbox/policy'
import { childPath } from './child-path.js'
import type { DiskView } from './disk-view.js'

const ROOT = absolutePath('/')

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

/**
 * Follows symlinks as `canonicalPath` does, each directory once: for many paths on a disk that does not change meanwhile.
 */
export class PathFinder {
  readonly #disk: DiskView
  readonly #found = new Map<AbsolutePath, CanonicalPath>([[ROOT, { path: ROOT, exists: true, links: [] }]])

  constructor(disk: DiskView) {
    this.#disk = disk
  }

  /** @throws {PolicyUnsupportedError} when the path leads nowhere, as for `canonicalPath`. */
  find(path: AbsolutePath): CanonicalPath {
    const known = this.#found.get(path)
    if (known !== undefined) return known
    const found = this.#findIn(this.find(parentPath(path)), path)
    this.#found.set(path, found)
    return found
  }

  #findIn(parent: CanonicalPath, path: AbsolutePath): CanonicalPath {
    // Without a link on the way it is the caller's own string, whose hash is known from the plan before.
    const isAsWritten = parent.links.length === 0
    const next = isAsWritten ? path : childPath(parent.path, path.slice(path.lastIndexOf('/') + 1))
    if (!parent.exists) return { ...parent, path: next }
    const kind = this.#disk.kindOf(next)
    if (kind !== 'symlink') return { path: next, exists: kind !== undefined, links: parent.links }
    const { links, ...end } = canonicalPath(this.#disk, next)
    return { ...end, links: [...parent.links, ...links] }
  }
}

/** As many symlinks as the kernel follows in one path. Source: MAXSYMLINKS, include/linux/namei.h. */
const MAX_SYMLINKS = 40

/**
 * Follows every symlink in `path`, the last one included.
 *
 * @throws {PolicyUnsupportedError} when the path leads nowhere and could not be made to by creating what is missing: the links form a
 * loop, or one goes up by `..` from what is no directory, or is missing.
 * @see path_resolution(7)
 */
export function canonicalPath(
  disk: Pick<DiskView, 'kindOf' | 'readLink'>,
  path: AbsolutePath,
): CanonicalPath {
  const pending = components(path).toReversed()
  const links: Link[] = []
  let current = ROOT
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (name === '..' || name === '.') {
      if (current !== ROOT && disk.kindOf(current) !== 'directory') {
        throw leadsNowhere(path, `it goes on from ${current} as from a directory, and that is none`)
      }
      if (name === '..') current = parentPath(current)
      continue
    }
    const next = childPath(current, name)
    const kind = disk.kindOf(next)
    if (kind === undefined) {
      if (pending.includes('..')) throw leadsNowhere(path, `it goes up from ${next}, which does not exist`)
      return { path: joinPath(next, ...pending.toReversed()), exists: false, links }
    }
    if (kind !== 'symlink') {
      current = next
      continue
    }
    if (links.length === MAX_SYMLINKS) throw leadsNowhere(path, 'its symbolic links form a loop')
    const to = disk.readLink(next)
    links.push({ path: next, to })
    if (to.startsWith('/')) current = ROOT
    pending.push(...components(to).toReversed())
  }
  return { path: current, exists: true, links }
}

/** The names in `path`, with a `.` at the end when it ends as only the path of a directory may. */
function components(path: string): string[] {
  const names = path.split('/').filter((name) => name !== '' && name !== '.')
  return /\/\.?$/.test(path) ? [...names, '.'] : names
}

function leadsNowhere(path: AbsolutePath, problem: string): PolicyUnsupportedError {
  return new PolicyUnsupportedError(path, problem, { hint: `look at its links with: namei ${path}` })
}
