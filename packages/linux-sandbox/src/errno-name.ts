import { getSystemErrorName } from 'node:util'

/** `EACCES` and the like, for messages. */
export function errnoName(errno: number): string {
  return errno === 0 ? 'no error number' : getSystemErrorName(-errno)
}
