import type { ChildProcess } from 'node:child_process'
import { createServer, type Server, type Socket } from 'node:net'

/** What takes the connections to one listener. */
export type Taker = (connection: Socket) => void

/** Whether a listener can be given to this process by a descriptor: other runtimes than Node have no `net.Native` messages. */
export const CAN_TAKE_LISTENERS =
  process.versions['bun'] === undefined && process.versions['deno'] === undefined

/**
 * What Node takes for a handle that another Node process sends, and what it answers. Neither is documented; that it works is tested on every
 * version of Node that is supported. A `cmd` of the message that begins with `NODE_` makes it an event of Node's own, so that whoever has
 * the child never sees a `message`.
 *
 * Source: lib/internal/child_process.js of Node 20 and 24, `NODE_HANDLE`, `net.Native`, `NODE_HANDLE_ACK`, `isInternal`.
 */
const LISTENER_OFFER = { cmd: 'NODE_HANDLE', type: 'net.Native' } as const
const LISTENER_EVENT = 'internalMessage'
const LISTENER_MESSAGE = 'NODE_LINUX_SANDBOX_LISTENER'
const LISTENER_ANSWER = { cmd: 'NODE_HANDLE_ACK' } as const

/** What `supervise` sends with the listener of the taker with that index, and what has to come back. */
export function handOff(index: number): { readonly offer: Uint8Array; readonly answer: Uint8Array } {
  return {
    offer: line({ ...LISTENER_OFFER, msg: { cmd: LISTENER_MESSAGE, index } }),
    answer: line(LISTENER_ANSWER),
  }
}

function line(message: object): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(message)}\n`)
}

/**
 * Has `takers` take the connections to the listeners that come over the IPC channel of `child`, until it ends. `supervise` closes the channel:
 * closed from here, the child would never emit `close`.
 */
export function takeListeners(child: ChildProcess, takers: readonly Taker[]): void {
  const servers: Server[] = []
  child.on(LISTENER_EVENT, (message: unknown, handle: unknown) => {
    const taker = takers[indexOf(message)]
    if (taker !== undefined) servers.push(listenOn(handle, taker))
  })
  const close = (): void => servers.forEach(closeWhenAccepted)
  child.once('exit', close)
  child.once('error', close)
  hideChannel(child)
}

/** The child has the events that it has without a proxy. */
function hideChannel(child: ChildProcess): void {
  const emit = child.emit.bind(child) as (event: string, ...args: unknown[]) => boolean
  child.emit = (event: string, ...args: unknown[]) => event === 'disconnect' || emit(event, ...args)
}

function indexOf(message: unknown): number {
  return typeof message === 'object' && message !== null && 'index' in message ? Number(message.index) : -1
}

function listenOn(handle: unknown, taker: Taker): Server {
  const server = serverFor(taker)
  // The child keeps this process alive for as long as anything can connect.
  server.listen(handle).unref()
  return server
}

/** Connections end one way at a time, as a relay would have it. */
export function serverFor(taker: Taker): Server {
  return createServer({ allowHalfOpen: true, noDelay: true }, (connection) => {
    // A command that resets its connection must not end its caller, as an error that nobody listens for does.
    connection.on('error', () => undefined)
    taker(connection)
  })
}

/**
 * Closes `server`, to which nobody can connect any more, when all that have connected were accepted: what the command said just before its end is not
 * lost. libuv accepts one connection in each round of the event loop.
 */
export function closeWhenAccepted(server: Server): void {
  let accepted = 0
  let seen = -1
  server.on('connection', () => accepted++)
  const look = (): void => {
    if (accepted === seen) {
      server.close()
      return
    }
    seen = accepted
    setImmediate(look)
  }
  setImmediate(look)
}
