import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { openConnectTunnel } from './connect-tunnel.js'
import type { Refusal } from './decision.js'
import type { Gate } from './gate.js'
import { forwardRequest, NO_COUNT } from './http-forward.js'
import type { EgressLimits } from './limits.js'
import { formatRefusalResponse, refusalResponse } from './refusal-response.js'
import { serveClient } from './serve-client.js'
import { closeSignal, endWith, reset, type Deadline } from './socket.js'

/** Serves clients of HTTP. */
export interface HttpFront {
  /** `deadline` holds until the first request has been read, and again between requests. */
  accept(socket: Socket, deadline: Deadline): void
}

/** The requests of one connection. They are answered one after the other. */
interface Client {
  readonly deadline: Deadline
  /** It is gone. */
  readonly signal: AbortSignal
  /** Requests that have been read and not yet answered. */
  waiting: number
  /** Settled when all requests so far have been answered. */
  turn: Promise<void>
}

/** Requests that a client may send ahead of the answers. */
const PIPELINE_MAX = 64

/** Node's server reads the requests, as strictly as it can; it does not listen, but is given connections. */
export function createHttpFront(gate: Gate, limits: EgressLimits): HttpFront {
  const clients = new WeakMap<Socket, Client>()
  const server = createServer({
    insecureHTTPParser: false,
    // Looked at with the target, so that it is refused like everything else.
    requireHostHeader: false,
    maxHeaderSize: limits.headerBytes,
    noDelay: true,
    // The deadline is kept here: a server that does not listen does not look at its own.
    keepAliveTimeout: 0,
  })
  // An upstream that is silent for `idleMs` is told first.
  server.timeout = 2 * limits.idleMs
  server.maxHeadersCount = NO_COUNT

  const take = (request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void => {
    const { socket } = request
    const client = clients.get(socket)
    if (client === undefined || client.waiting === PIPELINE_MAX) return reset(socket)
    client.waiting += 1
    client.deadline.stop()
    const closed = new Promise<void>((resolve) => response.once('close', resolve))
    const answer = async (): Promise<void> => {
      if (socket.destroyed || socket.writableEnded) return
      await forwardRequest(gate, limits, { request, response, expectsContinue, signal: client.signal })
      await closed
    }
    client.turn = client.turn.then(async () => {
      await serveClient(gate, socket, answer)
      client.waiting -= 1
      if (client.waiting === 0 && !socket.destroyed) client.deadline.start()
    })
  }

  server.on('request', (request, response) => take(request, response, false))
  server.on('checkContinue', (request, response) => take(request, response, true))
  server.on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const client = clients.get(socket)
    // Bytes of a tunnel must not come between the answers that are still to be written.
    if (client === undefined || client.waiting > 0) return reset(socket)
    client.deadline.stop()
    void serveClient(gate, socket, () =>
      openConnectTunnel(gate, limits, { request, socket, head, signal: client.signal }),
    )
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code?.startsWith('HPE_') !== true || !socket.writable) return reset(socket)
    const refusal: Refusal = {
      reason: 'invalid-request',
      message: `this is not HTTP as it must be (${error.code})`,
    }
    gate.reportRefusal(refusal, { protocol: 'http' })
    // An answer that is still to be written would be mixed with this one.
    if (clients.get(socket)?.waiting !== 0) return reset(socket)
    const response = refusalResponse(refusal)
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? HEADER_TOO_LARGE : response.status
    endWith(socket, formatRefusalResponse({ ...response, status }), limits.handshakeMs)
  })

  return {
    accept(socket, deadline) {
      clients.set(socket, { deadline, signal: closeSignal(socket), waiting: 0, turn: Promise.resolve() })
      server.emit('connection', socket)
      socket.resume()
    },
  }
}

/** RFC 6585 5. */
const HEADER_TOO_LARGE = 431
