import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { Decision, Refusal } from './decision.js'
import { createGate } from './gate.js'
import { createHttpFront } from './http-front.js'
import { completeLimits, type EgressLimits } from './limits.js'
import { resolveBySystem, type Resolve } from './resolve.js'
import type { EgressRules } from './rules.js'
import { serveClient } from './serve-client.js'
import { endWith, readFrame, reset, startDeadline, type Deadline } from './socket.js'
import { formatSocks4Refusal, SOCKS4_VERSION, SOCKS5_VERSION } from './socks5-frames.js'
import { serveSocks5 } from './socks5.js'

export interface EgressProxyOptions {
  readonly rules: EgressRules
  /** Called once for each request, when it is known what becomes of it, and for what never became one. It must not throw. */
  readonly onDecision?: (decision: Decision) => void
  /** Default: the resolver of the system. Every answer is checked, whoever gives it. */
  readonly resolve?: Resolve
  readonly limits?: Partial<EgressLimits>
}

export interface ListenOptions {
  /** Default: 127.0.0.1. */
  readonly host?: string
  /** Default: a free one. */
  readonly port?: number
}

/** A proxy for HTTP, CONNECT and SOCKS5 that connects only to what its rules allow. */
export interface EgressProxy {
  /**
   * What holds from now on. Setting them closes every connection to a server that they do not allow.
   *
   * @throws {PolicyInvalidError} for rules that do not mean anything; those before stay.
   */
  rules: EgressRules
  /** Serves one connection of a client, whichever of the protocols it speaks. It can be passed on without its object. */
  readonly handle: (socket: Socket) => void
  /** Serves whoever connects there. @throws {TypeError} after `close`, and what `net.Server` gives where it cannot listen. */
  listen(options?: ListenOptions): Promise<AddressInfo>
  /** Stops listening, closes every connection, and resolves when that is done. */
  close(): Promise<void>
}

/** RFC 8446 5.1: the record type of a handshake. */
const TLS_HANDSHAKE = 0x16

/**
 * A proxy that connects to what `rules` allow, after looking at the addresses, and refuses everything else with its reason. It serves
 * connections that are given to `handle`, and listens only where `listen` was called.
 *
 * @throws {PolicyInvalidError} for rules that do not mean anything, all of them at once.
 * @throws {TypeError} for limits that are none.
 */
export function createEgressProxy(options: EgressProxyOptions): EgressProxy {
  const limits = completeLimits(options.limits)
  const { onDecision = () => undefined, resolve = resolveBySystem } = options
  const gate = createGate({ rules: options.rules, limits, onDecision, resolve })
  const http = createHttpFront(gate, limits)
  const clients = new Set<Socket>()
  const servers = new Set<Server>()
  let isClosed = false

  const serve = async (socket: Socket, deadline: Deadline): Promise<void> => {
    const first = await readFrame(socket, firstByte).catch(() => undefined)
    if (first === undefined) return reset(socket)
    if (first === SOCKS5_VERSION) return serveSocks5(gate, limits, { socket, deadline })
    if (first !== SOCKS4_VERSION && first !== TLS_HANDSHAKE) return http.accept(socket, deadline)
    const isTls = first === TLS_HANDSHAKE
    gate.reportRefusal(isTls ? TLS_REFUSED : SOCKS4_REFUSED)
    endWith(socket, isTls ? '' : formatSocks4Refusal(), limits.handshakeMs)
  }

  const handle = (socket: Socket): void => {
    socket.on('error', () => undefined) // 'close' follows, and is what is listened to.
    if (isClosed) return reset(socket)
    if (clients.size >= limits.connections) {
      gate.reportRefusal(TOO_MANY)
      return reset(socket)
    }
    socket.allowHalfOpen = true
    clients.add(socket)
    socket.once('close', () => clients.delete(socket))
    const deadline = startDeadline(socket, limits.handshakeMs)
    void serveClient(gate, socket, () => serve(socket, deadline))
  }

  return {
    get rules() {
      return gate.rules
    },
    set rules(rules) {
      gate.rules = rules
    },
    handle,
    async listen({ host = '127.0.0.1', port = 0 } = {}) {
      if (isClosed) throw new TypeError('the proxy is closed')
      const server = createServer({ allowHalfOpen: true, noDelay: true }, handle)
      servers.add(server)
      await new Promise<void>((done, fail) => {
        server.once('error', fail)
        server.listen({ host, port }, done)
      })
      const address = server.address()
      if (address === null || typeof address === 'string') throw new TypeError('the proxy is closed')
      return address
    },
    async close() {
      isClosed = true
      const closed = Array.from(servers, (server) => new Promise((done) => server.close(done)))
      gate.close()
      for (const socket of clients) reset(socket)
      await Promise.all(closed)
    },
  }
}

const TOO_MANY: Refusal = {
  reason: 'too-many-connections',
  message: 'there are as many connections as there may be',
}
const SOCKS4_REFUSED: Refusal = {
  reason: 'invalid-request',
  message: 'version 4 of SOCKS is not served: use socks5h://',
}
const TLS_REFUSED: Refusal = {
  reason: 'invalid-request',
  message: 'the proxy itself does not speak TLS: its URL begins with http://, also for servers of https',
}

/** Looks at the first byte and leaves it there. */
function firstByte([first]: Buffer): { value: number; used: number } | undefined {
  return first === undefined ? undefined : { value: first, used: 0 }
}
