import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  type Dirent,
  type Stats,
} from 'node:fs'
import { SandboxSetupError } from '@linux-sandbox/errors'
import type { DirectoryEntry, DiskView, FileKind } from '@linux-sandbox/mount-plan'
import type { AbsolutePath } from '@linux-sandbox/policy'
import { errnoOf } from './errno.js'

/**
 * The disk of this host, seen by this user, uncached.
 *
 * Its functions throw `SandboxSetupError` (step `plan`) when the kernel refuses to say what is at a path.
 */
export const nodeDisk: DiskView = {
  kindOf: (path) => look(path, () => kindOf(path)),
  readLink: (path) => look(path, () => readlinkSync(path)),
  readFile: (path) => look(path, () => firstBytes(path)),
  readDirectory: (path) =>
    look(path, () => readdirSync(path, { withFileTypes: true }).map((entry) => entryOf(entry))),
}

/** No file that a plan depends on is longer. */
const BYTES_MAX = 65_536

function firstBytes(path: AbsolutePath): string {
  // A pipe with no writer must not stop the plan, nor a link lead elsewhere.
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW)
  try {
    if (!fstatSync(descriptor).isFile()) return ''
    const bytes = Buffer.alloc(BYTES_MAX)
    let length = 0
    for (let read = -1; read !== 0 && length < BYTES_MAX; length += read) {
      read = readSync(descriptor, bytes, length, BYTES_MAX - length, null)
    }
    return bytes.toString('utf8', 0, length)
  } finally {
    closeSync(descriptor)
  }
}

function entryOf(entry: Dirent): DirectoryEntry {
  return { name: entry.name, kind: kindIn(entry) }
}

/** Source: asm-generic/errno-base.h. Node gives `undefined` for ENOENT only. */
const ENOTDIR = 20

function kindOf(path: AbsolutePath): FileKind | undefined {
  const stats = statsOf(path)
  return stats && kindIn(stats)
}

function kindIn(stats: Stats | Dirent): FileKind {
  if (stats.isFile()) return 'file'
  if (stats.isDirectory()) return 'directory'
  return stats.isSymbolicLink() ? 'symlink' : 'device'
}

function statsOf(path: AbsolutePath): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch (error) {
    if (errnoOf(error) === ENOTDIR) return undefined
    throw error
  }
}

function look<Seen>(path: AbsolutePath, see: () => Seen): Seen {
  try {
    return see()
  } catch (cause) {
    throw new SandboxSetupError({ step: 'plan', errno: errnoOf(cause) }, `cannot look at ${path}`, {
      cause,
      hint: `make it accessible for this user, or take it out of the policy; look with: namei -l ${path}`,
    })
  }
}
