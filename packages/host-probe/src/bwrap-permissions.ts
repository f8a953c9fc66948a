import { accessSync, constants, lstatSync } from 'node:fs'
import { dirname } from 'node:path'

/** Source: stat.h of Linux; Node has no name for it. */
const S_ISVTX = 0o1000

/** Whether this user can change what is in a file or directory. Who owns it can give himself the permission. */
export function isChangeable(path: string): boolean {
  return lstatSync(path).uid === process.geteuid?.() || isWritable(path)
}

/** Whether this user can put something else in the place of `path`, in the directory that it is in. */
export function isReplaceable(path: string): boolean {
  const directory = lstatSync(dirname(path))
  const user = process.geteuid?.()
  if (directory.uid === user) return true
  const isSticky = (directory.mode & S_ISVTX) !== 0
  return isWritable(dirname(path)) && (!isSticky || lstatSync(path).uid === user)
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}
