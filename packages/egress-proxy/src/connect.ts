import { connect, type Socket } from 'node:net'
import type { Address } from './address.js'

export interface ConnectOptions {
  readonly port: number
  /** For all addresses together, in milliseconds. */
  readonly timeoutMs: number
  /** Ends the attempt. */
  readonly signal: AbortSignal
}

/** A connection, and the address at its other end. */
export interface Connection {
  readonly socket: Socket
  readonly address: Address
}

/** None of the addresses took the connection. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError'
  /** Whether the last address was silent; else it said no. */
  readonly isTimeout: boolean

  constructor(cause: unknown) {
    super('no address takes the connection', { cause })
    this.isTimeout = codeOf(cause) === 'ETIMEDOUT'
  }
}

/**
 * A connection to the first of `addresses` that takes one. Each gets its share of the time, so that a silent one does not
 * keep the others from being tried.
 *
 * @throws {ConnectError} when none does.
 */
export async function connectToAny(
  addresses: readonly Address[],
  { port, timeoutMs, signal }: ConnectOptions,
): Promise<Connection> {
  let failure: unknown
  for (const address of addresses) {
    if (signal.aborted) break
    try {
      const shareMs = Math.ceil(timeoutMs / addresses.length)
      // One after the other: the first that answers is the one that is used.
      // oxlint-disable-next-line no-await-in-loop
      return { socket: await connectTo(address, { port, timeoutMs: shareMs, signal }), address }
    } catch (error) {
      failure = error
    }
  }
  throw new ConnectError(failure)
}

function connectTo(address: Address, { port, timeoutMs, signal }: ConnectOptions): Promise<Socket> {
  return new Promise((resolve, reject) => {
    // An address and no name, so nothing is resolved a second time.
    const socket = connect({ host: address.toString(), port, noDelay: true, allowHalfOpen: true })
    const giveUp = (): void => void socket.destroy(new Error('the client is gone'))
    const timer = setTimeout(() => {
      socket.destroy(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' }))
    }, timeoutMs)
    const settle = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', giveUp)
    }
    signal.addEventListener('abort', giveUp)
    socket.once('connect', () => {
      settle()
      socket.off('error', reject)
      resolve(socket)
    })
    socket.once('error', reject)
    socket.once('close', settle)
  })
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
}
