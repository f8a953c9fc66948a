import {
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import type { Socket } from 'node:net'
import type { EgressRequest, Refusal } from './decision.js'
import type { Gate } from './gate.js'
import { endToEndHeaders, endToEndTrailers } from './http-headers.js'
import { HTTP_PORT, parseForward, type ForwardTarget } from './http-target.js'
import type { EgressLimits } from './limits.js'
import { REASON_HEADER, refusalResponse } from './refusal-response.js'
import { reset } from './socket.js'

/** A request of a client, and the answer that it gets. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** The client waits for `100 Continue` before it sends the body. */
  readonly expectsContinue: boolean
  /** The client is gone. */
  readonly signal: AbortSignal
}

/** Methods that have no body unless they say so. @see RFC 9110 9.3 */
const WITHOUT_BODY: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE'])

/** @see RFC 9110 6.4.1 */
const STATUSES_WITHOUT_BODY: ReadonlySet<number> = new Set([204, 304])

/** Headers are limited by their bytes. Node would leave out what is beyond a count, and frame the body by it all the same. */
export const NO_COUNT = 0

/** Forwards one request over a connection of its own, and its answer. Never rejects for what client or server do. */
export async function forwardRequest(gate: Gate, limits: EgressLimits, exchange: Exchange): Promise<void> {
  const { request, response } = exchange
  const target = parseForward(request)
  if ('problem' in target) {
    const refusal: Refusal = { reason: 'invalid-request', message: target.problem }
    gate.reportRefusal(refusal, { protocol: 'http', method: request.method ?? '' })
    refuse(exchange, refusal)
    return
  }
  const opened = await gate.open(target.request, exchange.signal)
  if ('refusal' in opened) {
    refuse(exchange, opened.refusal, target.request)
    return
  }
  if (response.destroyed) {
    opened.socket.destroy()
    return
  }
  relay(exchange, target, { socket: opened.socket, limits })
}

function relay(
  exchange: Exchange,
  target: ForwardTarget,
  { socket, limits }: { readonly socket: Socket; readonly limits: EgressLimits },
): void {
  const { request, response } = exchange
  const fail = (reason: 'upstream-failed' | 'upstream-timeout', message: string): void => {
    socket.destroy()
    if (response.headersSent) reset(request.socket)
    else refuse(exchange, { reason, message }, target.request)
  }
  socket.setTimeout(limits.idleMs, () => fail('upstream-timeout', 'the server was silent for too long'))
  const upstream = httpRequest({
    method: target.request.method,
    path: target.path,
    headers: requestHeaders(exchange, target),
    createConnection: () => socket,
    setHost: false,
    insecureHTTPParser: false,
    maxHeaderSize: limits.headerBytes,
  })
  upstream.on('error', () => upstream.destroy())
  upstream.once('close', () => {
    // After an answer has begun, whether it is whole is what counts.
    if (!response.headersSent)
      fail('upstream-failed', 'the server ended the connection, or does not speak HTTP')
  })
  upstream.on('continue', () => {
    if (exchange.expectsContinue) response.writeContinue()
  })
  upstream.on('response', (answer) => passAnswer(exchange, answer, fail))
  response.once('close', () => {
    if (!response.writableFinished) socket.destroy()
  })
  upstream.flushHeaders()
  passBody(request, upstream)
}

function passBody(request: IncomingMessage, upstream: ClientRequest): void {
  request.once('end', () => {
    if (isChunked(request)) upstream.addTrailers(endToEndTrailers(request.rawTrailers))
  })
  // Not a pipeline: an answer can come before the whole body has, and goes on without it.
  request.once('error', (error) => upstream.destroy(error))
  request.pipe(upstream)
  upstream.once('close', () => {
    request.unpipe(upstream)
    request.resume()
  })
}

function passAnswer(
  { request, response }: Exchange,
  answer: IncomingMessage,
  fail: (reason: 'upstream-failed', message: string) => void,
): void {
  const hasBody = request.method !== 'HEAD' && !STATUSES_WITHOUT_BODY.has(answer.statusCode ?? 0)
  const trailing = hasBody && isChunked(answer) && request.httpVersion !== '1.0'
  const headers = endToEndHeaders(answer.rawHeaders, [
    REASON_HEADER.toLowerCase(),
    ...(trailing ? [] : ['trailer']),
  ])
  response.sendDate = false
  try {
    response.writeHead(answer.statusCode ?? 0, answer.statusMessage, headers)
  } catch {
    fail('upstream-failed', 'the answer of the server has a header that cannot be passed on')
    return
  }
  response.flushHeaders()
  answer.once('end', () => {
    if (trailing) response.addTrailers(endToEndTrailers(answer.rawTrailers))
  })
  // An answer that is cut off must not look like a whole one.
  answer.on('error', () => reset(request.socket))
  answer.pipe(response)
}

/** What the server gets: `Host` is the host that was judged, and the body is framed as Node understood it. */
function requestHeaders(
  { request, expectsContinue }: Exchange,
  { request: { method, host, port } }: ForwardTarget,
): string[] {
  const chunked = isChunked(request)
  const passed = endToEndHeaders(request.rawHeaders, [
    ...['host', 'expect', 'content-length'],
    ...(chunked ? [] : ['trailer']),
  ])
  const { 'content-length': length = WITHOUT_BODY.has(method) ? undefined : '0' } = request.headers
  return [
    'Host',
    hostHeader(host.text, port),
    ...passed,
    ...(expectsContinue ? ['Expect', '100-continue'] : []),
    ...(chunked ? ['Transfer-Encoding', 'chunked'] : []),
    // Written anew: to some, a number that begins with 0 is octal.
    ...(chunked || length === undefined ? [] : ['Content-Length', BigInt(length).toString()]),
    'Connection',
    'close',
  ]
}

/** RFC 9110 7.2: without the port that the scheme has anyway. */
function hostHeader(host: string, port: number): string {
  const name = host.includes(':') ? `[${host}]` : host
  return port === HTTP_PORT ? name : `${name}:${port}`
}

function refuse({ response }: Exchange, refusal: Refusal, request?: EgressRequest): void {
  if (response.destroyed || response.headersSent) return
  const { status, headers, body } = refusalResponse(refusal, request)
  // Who sends what is malformed may mean something else by what follows. Node does the same where a client still waits to continue.
  const isLast = refusal.reason === 'invalid-request'
  response.writeHead(status, isLast ? { ...headers, Connection: 'close' } : headers)
  response.end(body)
}

function isChunked({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined
}
