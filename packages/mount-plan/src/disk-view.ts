import { parentPath, type AbsolutePath } from '@linux-sandbox/policy'

/** What is at a path, links not followed. `device` is any other kind: devices, sockets, pipes. */
export type FileKind = 'file' | 'directory' | 'symlink' | 'device'

/** One name in a directory. */
export interface DirectoryEntry {
  readonly name: string
  /** What the name itself is; a symlink is not followed. */
  readonly kind: FileKind
  /** The name is no UTF-8, so no path leads there; `name` has U+FFFD for what is none. */
  readonly hasNoPath?: true
}

/**
 * The host's disk, as far as a plan needs to know it. Synchronous; a path that does not exist gives `undefined`,
 * also when a parent is not a directory. Any other failure throws, because a plan must not be made on a guess.
 */
export interface DiskView {
  /** What is at `path` itself; a symlink is not followed. */
  readonly kindOf: (path: AbsolutePath) => FileKind | undefined
  /** Target of the symlink at `path`, as written in it. */
  readonly readLink: (path: AbsolutePath) => string
  /** All names in the directory at `path`, hidden ones too; none when no directory is there any more. */
  readonly readDirectory: (path: AbsolutePath) => readonly DirectoryEntry[]
  /** The first 64 KiB of the file at `path`, as UTF-8. Nothing of what is no regular file. */
  readonly readFile: (path: AbsolutePath) => string
  /** Whether this user may pass through the directory at `path` without a privilege. No command has one. */
  readonly canPass: (path: AbsolutePath) => boolean
}

/** From so many names in one directory on, listing it costs less than looking at one after the other. */
const NAMES_TO_LIST = 16

/** `disk` with every answer remembered. For one plan only: the disk may change between two plans. */
export function cachedDiskView(disk: DiskView): DiskView {
  const kinds = new Map<AbsolutePath, FileKind | undefined>()
  const directories = new Map<AbsolutePath, readonly DirectoryEntry[]>()
  const texts = new Map<AbsolutePath, string>()
  const indexes = new Map<AbsolutePath, ReadonlyMap<string, FileKind>>()
  const looks = new Map<AbsolutePath, number>()

  /**
   * What has been listed is there for the whole plan, also when it has gone since. What has not been may be there all the same: file systems
   * have names that they do not list, as snapshots, or that they take for another spelling.
   */
  function lookAt(path: AbsolutePath): FileKind | undefined {
    return (path === '/' ? undefined : listedKind(path)) ?? disk.kindOf(path)
  }

  function listedKind(path: AbsolutePath): FileKind | undefined {
    const parent = parentPath(path)
    const name = path.slice(path.lastIndexOf('/') + 1)
    const count = (looks.get(parent) ?? 0) + 1
    looks.set(parent, count)
    if (count === NAMES_TO_LIST) index(parent)
    const indexed = indexes.get(parent)
    if (indexed !== undefined) return indexed.get(name)
    return directories.get(parent)?.find((entry) => entry.name === name && entry.hasNoPath === undefined)
      ?.kind
  }

  function index(path: AbsolutePath): void {
    try {
      const named = list(path).filter(({ hasNoPath }) => hasNoPath === undefined)
      indexes.set(path, new Map(named.map(({ name, kind }) => [name, kind])))
    } catch {
      return // it can be passed, and not read
    }
  }

  function list(path: AbsolutePath): readonly DirectoryEntry[] {
    const known = directories.get(path)
    if (known !== undefined) return known
    const entries = disk.readDirectory(path)
    directories.set(path, entries)
    return entries
  }

  return {
    kindOf(path) {
      const known = kinds.get(path)
      if (known !== undefined || kinds.has(path)) return known
      const kind = lookAt(path)
      kinds.set(path, kind)
      return kind
    },
    readLink: (path) => disk.readLink(path),
    readDirectory: list,
    readFile(path) {
      const known = texts.get(path)
      if (known !== undefined) return known
      const text = disk.readFile(path)
      texts.set(path, text)
      return text
    },
    canPass: (path) => disk.canPass(path),
  }
}
