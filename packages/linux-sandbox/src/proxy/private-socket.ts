import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import type { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serverFor, type Taker } from './in-process.js'

/** A Unix socket that only this user can connect to. */
export interface PrivateSocket {
  readonly path: string
  readonly close: () => void
}

/** Listens for `taker` on a socket in a directory of its own, for runtimes that cannot be given a listener. */
export function openPrivateSocket(taker: Taker): PrivateSocket {
  const directory = mkdtempSync(join(tmpdir(), 'linux-sandbox-proxy-'))
  chmodSync(directory, 0o700)
  const path = join(directory, 'socket')
  const server: Server = serverFor(taker)
  server.listen(path).unref()
  return {
    path,
    close() {
      server.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
