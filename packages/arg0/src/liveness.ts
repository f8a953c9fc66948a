import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { SandboxSetupError } from '@linux-sandbox/errors'

/*
 * A directory is in use as long as somebody listens on the socket in it. The kernel ends that with the process, however it ends, and it
 * holds across PID namespaces, in which a number would mean another process.
 */

const SOCKET = 'in-use'

/** Bytes of a path that a socket can have, with its NUL. @see unix(7) */
const SOCKET_PATH_MAX = 108

/** Marks `directory` as in use by this process. The function that comes back ends that. */
export async function markInUse(directory: string): Promise<() => void> {
  const path = socketPath(directory)
  const server = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  // It alone is no reason for this process to stay.
  server.unref()
  return () => server.close()
}

/** Whether some process has marked `directory` and still runs. */
export function isInUse(directory: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath(directory))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    // Refused: nobody listens. Missing: nobody ever did. Anything else proves nothing.
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT')
    })
  })
}

function socketPath(directory: string): string {
  const path = join(directory, SOCKET)
  if (Buffer.byteLength(path) < SOCKET_PATH_MAX) return path
  throw new SandboxSetupError({ step: 'aliases', errno: 0 }, `${path} is too long for a socket`, {
    hint: `set XDG_RUNTIME_DIR to a directory with a shorter path`,
  })
}
