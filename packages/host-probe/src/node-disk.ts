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
import { errnoOf } from '@linux-sandbox/errors'

/**
 * The disk of this host, seen by this user, uncached.
 *
 * Its functions throw `SandboxSetupError` (step `plan`) when the kernel refuses to say what is at a path.
 */
export const nodeDisk: DiskView = {
  kindOf,
  readLink: (path) => look(path, () => readlinkSync(path)),
  readDirectory: (path) => readDirectory(path),
  readFile: (path) => look(path, () => firstBytes(path)),
  canPass: (path) => look(path, () => canPass(path)),
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

/** By the permission bits, which root has no privilege over in a sandbox that maps nobody else. @see path_resolution(7) */
function canPass(path: AbsolutePath): boolean {
  const { uid, gid, mode } = lstatSync(path)
  if (uid === process.geteuid?.()) return (mode & constants.S_IXUSR) !== 0
  const isInGroup = gid === process.getegid?.() || process.getgroups?.().includes(gid) === true
  return (mode & (isInGroup ? constants.S_IXGRP : constants.S_IXOTH)) !== 0
}

/** Source: asm-generic/errno-base.h. `lstatSync` gives `undefined` for ENOENT only. */
const ENOENT = 2
const ENOTDIR = 20

function kindOf(path: AbsolutePath): FileKind | undefined {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false })
    return stats && kindIn(stats)
  } catch (error) {
    if (errnoOf(error) === ENOTDIR) return undefined
    throw cannotLook(path, error)
  }
}

function kindIn(seen: Stats | Dirent<string | Buffer>): FileKind {
  if (seen.isFile()) return 'file'
  if (seen.isDirectory()) return 'directory'
  return seen.isSymbolicLink() ? 'symlink' : 'device'
}

function readDirectory(path: AbsolutePath): readonly DirectoryEntry[] {
  try {
    const entries: DirectoryEntry[] = []
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      // Read as bytes only where a name may have none of its own: that is slow, and names are UTF-8 nearly everywhere.
      if (entry.name.includes(REPLACEMENT)) return readUndecoded(path)
      entries.push({ name: entry.name, kind: kindIn(entry) })
    }
    return entries
  } catch (cause) {
    if ([ENOENT, ENOTDIR].includes(errnoOf(cause))) return []
    throw new SandboxSetupError(
      { step: 'plan', errno: errnoOf(cause) },
      `cannot list the directory ${path}`,
      {
        cause,
        hint: 'make it readable for this user, or deny it as a whole by an entry of the policy',
      },
    )
  }
}

/** What Node puts in place of bytes that are no UTF-8. It can also be a character of a name. */
const REPLACEMENT = '\uFFFD'

function readUndecoded(path: AbsolutePath): DirectoryEntry[] {
  return readdirSync(path, { withFileTypes: true, encoding: 'buffer' }).map((entry) => {
    const name = entry.name.toString()
    const isText = Buffer.from(name).equals(entry.name)
    return { name, kind: kindIn(entry), ...(isText ? {} : { hasNoPath: true as const }) }
  })
}

function look<Seen>(path: AbsolutePath, see: () => Seen): Seen {
  try {
    return see()
  } catch (cause) {
    throw cannotLook(path, cause)
  }
}

function cannotLook(path: AbsolutePath, cause: unknown): SandboxSetupError {
  return new SandboxSetupError({ step: 'plan', errno: errnoOf(cause) }, `cannot look at ${path}`, {
    cause,
    hint: `make it accessible for this user, or take it out of the policy; look with: namei -l ${path}`,
  })
}
