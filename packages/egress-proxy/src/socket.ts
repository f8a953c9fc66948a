import type { Socket } from 'node:net'

/**
 * Closes `socket` at once, so that its other end sees an error, where that can be told: only TCP knows the difference between an end and a
 * failure, and only until an end has been sent.
 */
export function reset(socket: Socket): void {
  if (socket.destroyed) return
  // Node's `resetAndDestroy` first waits until all has been written, for ever if need be, and sends an end. This is what it does then.
  if (socket.remoteAddress !== undefined && !socket.writableEnded)
    Object.assign(socket, { resetAndClosing: true })
  socket.destroy()
}

/** Writes the last words and ends; what the client still sends is not looked at, and after `timeoutMs` the connection is gone. */
export function endWith(socket: Socket, words: string | Buffer, timeoutMs: number): void {
  startDeadline(socket, timeoutMs)
  socket.end(words)
  socket.resume()
}

/** Aborted when `socket` is closed. */
export function closeSignal(socket: Socket): AbortSignal {
  const controller = new AbortController()
  if (socket.destroyed) controller.abort()
  else socket.once('close', () => controller.abort())
  return controller.signal
}

/** A time that has to be met, or `socket` is reset. */
export interface Deadline {
  /** From now on, `timeoutMs` again. */
  start(): void
  stop(): void
}

/** A deadline for `socket` that has started. */
export function startDeadline(socket: Socket, timeoutMs: number): Deadline {
  let timer: NodeJS.Timeout | undefined
  const stop = (): void => clearTimeout(timer)
  const start = (): void => {
    stop()
    timer = setTimeout(() => reset(socket), timeoutMs)
  }
  start()
  socket.once('close', stop)
  return { start, stop }
}

/**
 * What `parse` makes of the first bytes of `socket`, as soon as it makes something of them; what it did not use stays to be read.
 *
 * @throws when the socket ends before that, and whatever `parse` throws.
 */
export function readFrame<T>(
  socket: Socket,
  parse: (bytes: Buffer) => { readonly value: T; readonly used: number } | undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0)
    const stop = (): void => {
      socket.off('readable', onReadable)
      socket.off('end', onEnd)
      socket.off('close', onEnd)
    }
    const onEnd = (): void => {
      stop()
      reject(new Error('the connection ended too early'))
    }
    const onReadable = (): void => {
      const chunk: unknown = socket.read()
      if (!Buffer.isBuffer(chunk)) return
      bytes = Buffer.concat([bytes, chunk])
      try {
        const frame = parse(bytes)
        if (frame === undefined) return
        stop()
        if (frame.used < bytes.length) socket.unshift(bytes.subarray(frame.used))
        resolve(frame.value)
      } catch (error) {
        stop()
        reject(error)
      }
    }
    socket.on('readable', onReadable)
    socket.on('end', onEnd)
    socket.on('close', onEnd)
    if (socket.destroyed) onEnd()
  })
}
