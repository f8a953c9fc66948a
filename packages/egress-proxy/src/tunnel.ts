import type { Socket } from 'node:net'
import { reset } from './socket.js'

/**
 * Passes bytes between both until both have ended: an end is passed on and the other way stays open, a failure on one side becomes a reset on the
 * other, and neither is read faster than the other one takes it. Both must be
 * allowed to stay half open.
 */
export function joinSockets(client: Socket, upstream: Socket, idleMs: number): void {
  linkFailure(client, upstream, idleMs)
  linkFailure(upstream, client, idleMs)
  client.pipe(upstream)
  upstream.pipe(client)
}

function linkFailure(socket: Socket, other: Socket, idleMs: number): void {
  socket.on('error', () => reset(other))
  socket.once('close', () => {
    if (!socket.readableEnded || !socket.writableFinished) reset(other)
  })
  socket.setTimeout(idleMs, () => reset(socket))
  if (socket.destroyed) reset(other)
}
