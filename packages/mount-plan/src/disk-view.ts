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

/** A `DiskView` that asks the disk each question once and remembers the answer. */
export interface CachedDiskView extends DiskView {
  /** What `readDirectory` has answered before; the disk is not asked. */
  readonly listed: (path: AbsolutePath) => readonly DirectoryEntry[] | undefined
}

/** What is known of the names in one directory. */
interface Directory {
  /** How many of its names were asked for. */
  looks: number
  entries?: readonly DirectoryEntry[]
  kinds?: ReadonlyMap<string, FileKind>
}

/** From so many names in one directory on, listing it costs less than looking at one after the other. */
const NAMES_TO_LIST = 16

const CACHED = new WeakSet<DiskView>()

/**
 * `disk` with every answer remembered; one that remembers already as it is. For one plan and what is decided together with it only: the disk
 * may change between two plans.
 */
export function cachedDiskView(disk: DiskView): CachedDiskView {
  if (isCached(disk)) return disk
  const directories = new Map<AbsolutePath, Directory>()

  /**
   * What has been listed is there for the whole plan, also when it has gone since. What has not been may be there all the same: file systems
   * have names that they do not list, as snapshots, or that they take for another spelling.
   */
  function lookAt(path: AbsolutePath): FileKind | undefined {
    return (path === '/' ? undefined : listedKind(path)) ?? disk.kindOf(path)
  }

  function listedKind(path: AbsolutePath): FileKind | undefined {
    const parent = parentPath(path)
    const directory = directoryAt(parent)
    directory.looks++
    if (directory.looks === NAMES_TO_LIST) index(parent, directory)
    const { entries, kinds } = directory
    if (entries === undefined) return undefined
    const name = path.slice(path.lastIndexOf('/') + 1)
    if (kinds !== undefined) return kinds.get(name)
    return entries.find((entry) => entry.name === name && entry.hasNoPath === undefined)?.kind
  }

  function directoryAt(path: AbsolutePath): Directory {
    const known = directories.get(path)
    if (known !== undefined) return known
    const directory = { looks: 0 }
    directories.set(path, directory)
    return directory
  }

  function index(path: AbsolutePath, directory: Directory): void {
    try {
      const named = list(path).filter(({ hasNoPath }) => hasNoPath === undefined)
      directory.kinds = new Map(named.map(({ name, kind }) => [name, kind]))
    } catch {
      return // it can be passed, and not read
    }
  }

  function list(path: AbsolutePath): readonly DirectoryEntry[] {
    const directory = directoryAt(path)
    return (directory.entries ??= disk.readDirectory(path))
  }

  const view: CachedDiskView = {
    kindOf: once(lookAt),
    readLink: once((path) => disk.readLink(path)),
    readDirectory: list,
    readFile: once((path) => disk.readFile(path)),
    canPass: once((path) => disk.canPass(path)),
    listed: (path) => directories.get(path)?.entries,
  }
  CACHED.add(view)
  return view
}

function isCached(disk: DiskView): disk is CachedDiskView {
  return CACHED.has(disk)
}

/** `ask`, of which each answer is remembered. */
function once<Answer>(ask: (path: AbsolutePath) => Answer): (path: AbsolutePath) => Answer {
  const answers = new Map<AbsolutePath, Answer>()
  return (path) => {
    const known = answers.get(path)
    if (known !== undefined || answers.has(path)) return known as Answer
    const answer = ask(path)
    answers.set(path, answer)
    return answer
  }
}
