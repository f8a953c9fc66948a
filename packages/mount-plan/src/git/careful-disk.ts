import { isSandboxError } from '@linux-sandbox/errors'
import type { AbsolutePath } from '@linux-sandbox/policy'
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
  /** Where `path` leads, when something is there. */
  readonly follow: (path: AbsolutePath) => AbsolutePath | undefined
}

export function carefulDisk(disk: DiskView): CarefulDisk {
  const kindOf = (path: AbsolutePath): FileKind | undefined => attempt(() => disk.kindOf(path))
  return {
    kindOf,
    textOf: (path) => (kindOf(path) === 'file' ? attempt(() => disk.readFile(path)) : undefined),
    list: (path) => (kindOf(path) === 'directory' ? attempt(() => disk.readDirectory(path)) : undefined),
    follow: (path) =>
      attempt(() => {
        const found = canonicalPath(disk, path)
        return found.exists ? found.path : undefined
      }),
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
