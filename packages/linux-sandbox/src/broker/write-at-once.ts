import { writeSync } from 'node:fs'
import type { Socket } from 'node:net'

/**
 * Writes to a socket that may still be connecting, as one that is connected does: at once, and not when this process has nothing else to do. What
 * there is no room for follows then. The kernel has connected it; only libuv has not heard of that.
 */
export function writeAtOnce(socket: Socket, bytes: Uint8Array): void {
  const written = socket.connecting ? writeNow(socket, bytes) : 0
  if (written < bytes.length) socket.write(bytes.subarray(written))
}

/** How many bytes were written. */
function writeNow(socket: Socket, bytes: Uint8Array): number {
  // Not documented, and there in every version of Node; without it the write only comes later.
  const { _handle: handle } = socket as Socket & { readonly _handle?: { readonly fd?: number } }
  if (handle?.fd === undefined || handle.fd < 0) return 0
  try {
    return writeSync(handle.fd, bytes)
  } catch {
    return 0 // the same error comes to the socket, where it is expected
  }
}
