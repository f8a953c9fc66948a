import { lstatSync, readlinkSync, type Stats } from 'node:fs'
import { SandboxSetupError } from '@linux-sandbox/errors'
import type { DiskView, FileKind } from '@linux-sandbox/mount-plan'
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
}

/** Source: asm-generic/errno-base.h. Node gives `undefined` for ENOENT only. */
const ENOTDIR = 20

function kindOf(path: AbsolutePath): FileKind | undefined {
  const stats = statsOf(path)
  if (stats === undefined) return undefined
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
