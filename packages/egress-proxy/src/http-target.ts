import type { IncomingMessage } from 'node:http'
import type { EgressRequest } from './decision.js'
import { parseAuthority } from './host.js'

/** A request to be forwarded: what it asks for, and the path for the server. */
export interface ForwardTarget {
  readonly request: EgressRequest
  /** As the client wrote it, from the first slash on. */
  readonly path: string
}

/** RFC 9110 4.2.1. */
export const HTTP_PORT = 80

/**
 * What a request that is to be forwarded asks for, or why it is refused, as a sentence without a final full stop. The target alone counts; the
 * header `Host` has to be there once and is replaced.
 *
 * @see RFC 9112 3.2.2
 */
export function parseForward(message: IncomingMessage): ForwardTarget | { readonly problem: string } {
  const { url = '', method = '', headers, rawHeaders } = message
  if (!isHttp1(message)) return { problem: `HTTP/${message.httpVersion} is not served` }
  const [, scheme, authorityText = '', path = ''] = /^([a-z][a-z\d+.-]*):\/\/([^/?]*)(.*)$/i.exec(url) ?? []
  if (scheme === undefined) return { problem: 'this is a proxy: the target of a request must be a whole URL' }
  if (scheme.toLowerCase() !== 'http') return { problem: `a URL with ${scheme}: is reached through CONNECT` }
  const authority = parseAuthority(authorityText)
  if (authority === undefined) return { problem: 'the URL has no host that means one thing, or no such port' }
  if (path.includes('#')) return { problem: 'the target has a fragment' }
  const encoding = headers['transfer-encoding']
  if (encoding !== undefined && encoding.toLowerCase() !== 'chunked') {
    return { problem: 'no other transfer coding than chunked is passed on' }
  }
  if (encoding !== undefined && message.httpVersion === '1.0')
    return { problem: 'HTTP/1.0 has no transfer codings' }
  const hosts = countOf(rawHeaders, 'host')
  if (hosts > 1 || (hosts === 0 && message.httpVersion === '1.1'))
    return { problem: 'there must be one header Host' }
  if (/\bwebsocket\b/i.test(headers.upgrade ?? '')) {
    return { problem: 'a WebSocket is reached through a tunnel: ask for it with CONNECT' }
  }
  const { host, port = HTTP_PORT } = authority
  return { request: { protocol: 'http', method, host, port }, path: path.startsWith('/') ? path : `/${path}` }
}

/** Node's parser takes a request line without a version for HTTP/0.9. */
export function isHttp1({ httpVersion }: IncomingMessage): boolean {
  return httpVersion === '1.1' || httpVersion === '1.0'
}

function countOf(rawHeaders: readonly string[], name: string): number {
  return rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === name).length
}
