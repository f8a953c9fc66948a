import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { EgressRequest, Refusal } from './decision.js'
import type { Gate } from './gate.js'
import { parseAuthority } from './host.js'
import { isHttp1 } from './http-target.js'
import type { EgressLimits } from './limits.js'
import { formatRefusalResponse, refusalResponse } from './refusal-response.js'
import { endWith } from './socket.js'
import { joinSockets } from './tunnel.js'

/** A request for a tunnel, and the connection that it came through. */
export interface TunnelRequest {
  readonly request: IncomingMessage
  readonly socket: Socket
  /** What came after the header. */
  readonly head: Buffer
  /** The client is gone. */
  readonly signal: AbortSignal
}

/**
 * Answers CONNECT.
 *
 * @see RFC 9110 9.3.6
 */
export async function openConnectTunnel(
  gate: Gate,
  limits: EgressLimits,
  { request, socket, head, signal }: TunnelRequest,
): Promise<void> {
  if (head.length > 0) socket.unshift(head)
  const parsed = parseConnect(request)
  if ('refusal' in parsed) {
    gate.reportRefusal(parsed.refusal, { protocol: 'connect', method: 'CONNECT' })
    endWith(socket, formatRefusal(parsed.refusal), limits.handshakeMs)
    return
  }
  const opened = await gate.open(parsed, signal)
  if ('refusal' in opened) {
    endWith(socket, formatRefusal(opened.refusal, parsed), limits.handshakeMs)
    return
  }
  socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
  joinSockets(socket, opened.socket, limits.idleMs)
}

/** What CONNECT asks for: `host:port`, and nothing that would have to be read before the tunnel begins. */
function parseConnect(message: IncomingMessage): EgressRequest | { readonly refusal: Refusal } {
  const { url = '', headers } = message
  if (!isHttp1(message)) return { refusal: invalid(`HTTP/${message.httpVersion} is not served`) }
  if (headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0') {
    return { refusal: invalid('CONNECT has no body') }
  }
  const { host, port } = parseAuthority(url) ?? {}
  if (host === undefined || port === undefined) {
    return {
      refusal: invalid('CONNECT needs host:port, a host that means one thing and a port from 1 to 65535'),
    }
  }
  return { protocol: 'connect', method: 'CONNECT', host, port }
}

function invalid(message: string): Refusal {
  return { reason: 'invalid-request', message }
}

function formatRefusal(refusal: Refusal, request?: EgressRequest): string {
  return formatRefusalResponse(refusalResponse(refusal, request))
}
