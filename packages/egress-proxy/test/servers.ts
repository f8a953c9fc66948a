import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { createEgressProxy, type Decision, type EgressProxy, type EgressProxyOptions } from '../src/index.ts'

/** A server of TCP on a port of its own at 127.0.0.1, whose ends of connections stay half open. */
export async function startServer(onConnection: (socket: Socket) => void): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined)
    onTestFinished(() => void socket.destroy())
    onConnection(socket)
  })
  return listen(server)
}

export async function listen(server: Server): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

/** A proxy that allows `localhost` if nothing else is said, and where it listens. */
export async function startProxy(
  options: Partial<EgressProxyOptions> = {},
): Promise<{ proxy: EgressProxy; port: number; decisions: Decision[] }> {
  const decisions: Decision[] = []
  const proxy = createEgressProxy({
    rules: { allow: ['localhost'] },
    resolve: () => Promise.resolve(['127.0.0.1']),
    onDecision: (decision) => decisions.push(decision),
    ...options,
  })
  onTestFinished(() => proxy.close())
  const { port } = await proxy.listen()
  return { proxy, port, decisions }
}

/** One end of a connection, and what came through it. */
export interface Client {
  readonly socket: Socket
  /** All that came so far, one character for each byte. */
  received(): string
  /** Resolves when `text` has come. @throws when the connection is closed before that */
  has(text: string): Promise<void>
  /** Resolves when the other end has ended (`end`), or the connection failed (the code of the error). */
  readonly ended: Promise<string>
}

export function client(port: number, text = ''): Client {
  return watch(connect({ port, host: '127.0.0.1', allowHalfOpen: true }), text)
}

export function watch(socket: Socket, text = ''): Client {
  let received = ''
  onTestFinished(() => void socket.destroy())
  socket.on('data', (data) => {
    received += data.toString('latin1')
  })
  const ended = new Promise<string>((resolve) => {
    socket.on('end', () => resolve('end'))
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(String(error.code)))
    socket.on('close', () => resolve('close'))
  })
  if (text !== '') socket.write(text, 'latin1')
  const has = (wanted: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (received.includes(wanted)) resolve()
      }
      socket.on('data', look)
      socket.on('close', () => reject(new Error(`closed after ${JSON.stringify(received)}`)))
      look()
    })
  return { socket, received: () => received, has, ended }
}
