import type { AbsolutePath } from '@linux-sandbox/policy'

/** What is at a path, links not followed. `device` is any other kind: devices, sockets, pipes. */
export type FileKind = 'file' | 'directory' | 'symlink' | 'device'

/**
 * The host's disk, as far as a plan needs to know it. Synchronous; a path that does not exist gives `undefined`,
 * also when a parent is not a directory. Any other failure throws, because a plan must not be made on a guess.
 */
export interface DiskView {
  /** What is at `path` itself; a symlink is not followed. */
  readonly kindOf: (path: AbsolutePath) => FileKind | undefined
  /** Target of the symlink at `path`, as written in it. */
  readonly readLink: (path: AbsolutePath) => string
  /** The first 64 KiB of the file at `path`, as UTF-8. Never of a device. */
  readonly readFile: (path: AbsolutePath) => string
  /** What is directly in the directory at `path`, in no order; `.` and `..` are not there. */
  readonly readDirectory: (path: AbsolutePath) => readonly DirectoryEntry[]
}

export interface DirectoryEntry {
  readonly name: string
  readonly kind: FileKind
}

/** `disk` with every answer remembered. For one plan only: the disk may change between two plans. */
export function cachedDiskView(disk: DiskView): DiskView {
  const kinds = new Map<AbsolutePath, FileKind | undefined>()
  const texts = new Map<AbsolutePath, string>()
  const listings = new Map<AbsolutePath, readonly DirectoryEntry[]>()
  return {
    kindOf: (path) => remembered(kinds, path, disk.kindOf),
    readLink: (path) => disk.readLink(path),
    readFile: (path) => remembered(texts, path, disk.readFile),
    readDirectory: (path) => remembered(listings, path, disk.readDirectory),
  }
}

function remembered<Answer>(
  answers: Map<AbsolutePath, Answer>,
  path: AbsolutePath,
  ask: (path: AbsolutePath) => Answer,
): Answer {
  if (answers.has(path)) return answers.get(path) as Answer
  const answer = ask(path)
  answers.set(path, answer)
  return answer
}
