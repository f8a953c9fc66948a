import { readFileSync, readlinkSync } from 'node:fs'

/** Source: asm-generic/fcntl.h. */
const ACCESS_MODE = 0o3

/**
 * The descriptor that `text` is the number of, if something can be written there besides what the command writes. Looked at before the command
 * runs: afterwards it is too late to say that there is nowhere to write to.
 */
export function writableDescriptor(text: string): number | undefined {
  const descriptor = /^\d{1,4}$/.test(text) ? Number(text) : 0
  // stdin and stdout are the command's alone.
  return descriptor > 1 && isOpenForWriting(descriptor) ? descriptor : undefined
}

/** A number that nobody opened for us may be one of Node's own, which are no files. */
function isOpenForWriting(descriptor: number): boolean {
  try {
    if (readlinkSync(`/proc/self/fd/${descriptor}`).startsWith('anon_inode:')) return false
    const [, flags = '0'] =
      /^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8')) ?? []
    return (Number.parseInt(flags, 8) & ACCESS_MODE) !== 0
  } catch {
    return false
  }
}
