import { once } from 'node:events'
import { createServer, type AddressInfo, type ListenOptions, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** One connection to an upstream. */
export interface Stream {
  readonly socket: Socket
  /** All that has come so far. */
  readonly said: () => string
  /** Whether the other side has ended or reset it. */
  readonly isOver: () => boolean
}

/** A proxy of the host, as far as these tests need one: it writes down what it is told. */
export interface Upstream {
  readonly port: number
  /** All that were accepted, in order. */
  readonly streams: readonly Stream[]
}

export type Answer = (socket: Socket) => void

/** Answers each request of HTTP, whole in one piece, with `name`, and ends the connection. */
export function answering(name: string): Answer {
  return (socket) =>
    socket.on('data', (chunk: Buffer) => {
      if (!chunk.includes('\r\n\r\n')) return
      socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${name.length}\r\nConnection: close\r\n\r\n${name}`)
    })
}

/** Sends back what it is told. */
export function echoing(socket: Socket): void {
  socket.pipe(socket)
}

/** Says nothing, and does not end its side. */
export function silent(socket: Socket): void {
  socket.resume()
}

/** Closed after the test, with its connections. */
export async function startUpstream(
  answer: Answer,
  where: ListenOptions = { host: '127.0.0.1', port: 0 },
): Promise<Upstream> {
  const streams: Stream[] = []
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    streams.push(follow(socket))
    answer(socket)
  })
  server.listen(where)
  await once(server, 'listening')
  onTestFinished(() => {
    for (const { socket } of streams) socket.destroy()
    server.close()
  })
  const address = server.address()
  return { port: typeof address === 'string' ? 0 : (address as AddressInfo).port, streams }
}

function follow(socket: Socket): Stream {
  const chunks: Buffer[] = []
  let isOver = false
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  for (const event of ['end', 'error', 'close']) socket.once(event, () => (isOver = true))
  // A reset is one way to end.
  socket.on('error', () => undefined)
  return { socket, said: () => Buffer.concat(chunks).toString('latin1'), isOver: () => isOver }
}

/** A port of 127.0.0.1 on which nobody listens. */
export async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
