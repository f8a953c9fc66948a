import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import type { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { closeWhenAccepted, serverFor, type Taker } from './in-process.js'

/** A Unix socket that only this user can connect to. */
export interface PrivateSocket {
  readonly path: string
  readonly close: () => void
}

/** To be closed when this process ends before their commands do. */
const opened = new Set<PrivateSocket>()

/** Listens for `taker` on a socket in a directory of its own, for runtimes that cannot be given a listener. */
export function openPrivateSocket(taker: Taker): PrivateSocket {
  const directory = mkdtempSync(join(tmpdir(), 'linux-sandbox-proxy-'))
  chmodSync(directory, 0o700)
  const path = join(directory, 'socket')
  const server: Server = serverFor(taker)
  server.listen(path).unref()
  const socket = {
    path,
    close() {
      opened.delete(socket)
      if (opened.size === 0) process.off('exit', closeAll)
      closeWhenAccepted(server)
      rmSync(directory, { recursive: true, force: true })
    },
  }
  if (opened.size === 0) process.once('exit', closeAll)
  opened.add(socket)
  return socket
}

function closeAll(): void {
  for (const socket of opened) socket.close()
}
