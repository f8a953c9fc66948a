import { isSandboxError } from '@linux-sandbox/errors'
import { parentPath, type AbsolutePath } from '@linux-sandbox/policy'
import { canonicalPath } from '../canonical-path.js'
import type { DirectoryEntry, DiskView, FileKind } from '../disk-view.js'

/**
 * A disk on which what the kernel refuses to show is not there. For places that a git directory names and not the policy: whatever this user
 * cannot see, the command cannot change either.
 */
export interface CarefulDisk {
  readonly kindOf: (path: AbsolutePath) => FileKind | undefined
  /** `undefined` for what is no readable file. */
  readonly textOf: (path: AbsolutePath) => string | undefined
  /** `undefined` for what is no readable directory. */
  readonly list: (path: AbsolutePath) => readonly DirectoryEntry[] | undefined
  /** As `list`, of what is known to be a directory: a search lists hundreds, and need not look at each first. */
  readonly listDirectory: (path: AbsolutePath) => readonly DirectoryEntry[] | undefined
  /** Where `path` leads, when something is there. */
  readonly follow: (path: AbsolutePath) => AbsolutePath | undefined
  /** Where `path` leads, with what is missing of it as written; nowhere when its links form a loop. */
  readonly destinationOf: (path: AbsolutePath) => AbsolutePath | undefined
  /** The first symlink in `path`. */
  readonly linkIn: (path: AbsolutePath) => AbsolutePath | undefined
  /** As `canPass` of a `DiskView`. */
  readonly canPass: (path: AbsolutePath) => boolean
}

export function carefulDisk(disk: DiskView): CarefulDisk {
  const kindOf = (path: AbsolutePath): FileKind | undefined => attempt(() => disk.kindOf(path))
  const listDirectory: CarefulDisk['listDirectory'] = (path) => attempt(() => disk.readDirectory(path))
  // A placeholder that the plan makes meanwhile is no link, so what was found stays right.
  const links = new Map<AbsolutePath, AbsolutePath | undefined>([['/' as AbsolutePath, undefined]])
  const linkIn = (path: AbsolutePath): AbsolutePath | undefined => {
    const known = links.get(path)
    if (known !== undefined || links.has(path)) return known
    const link = linkIn(parentPath(path)) ?? (kindOf(path) === 'symlink' ? path : undefined)
    links.set(path, link)
    return link
  }
  return {
    kindOf,
    textOf: (path) => (kindOf(path) === 'file' ? attempt(() => disk.readFile(path)) : undefined),
    list: (path) => (kindOf(path) === 'directory' ? listDirectory(path) : undefined),
    listDirectory,
    follow: (path) =>
      attempt(() => {
        const found = canonicalPath(disk, path)
        return found.exists ? found.path : undefined
      }),
    destinationOf: (path) => attempt(() => canonicalPath(disk, path).path),
    linkIn,
    canPass: (path) => attempt(() => disk.canPass(path)) ?? false,
  }
}

function attempt<Value>(look: () => Value): Value | undefined {
  try {
    return look()
  } catch (error) {
    if (isSandboxError(error)) return undefined
    throw error
  }
}
