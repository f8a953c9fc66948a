import type { Socket } from 'node:net'
import type { EgressRequest, RefusalReason } from './decision.js'
import type { Gate } from './gate.js'
import { parseHost } from './host.js'
import type { EgressLimits } from './limits.js'
import { closeSignal, endWith, readFrame, reset, type Deadline } from './socket.js'
import {
  COMMAND_CONNECT,
  formatCredentialsAccepted,
  formatMethod,
  formatReply,
  METHOD,
  parseCredentials,
  parseGreeting,
  parseRequest,
  REPLY,
  SocksError,
} from './socks5-frames.js'
import { joinSockets } from './tunnel.js'

/** RFC 1928 6: what to answer for each reason; the general failure for all others. */
const REPLIES: Readonly<Partial<Record<RefusalReason, (typeof REPLY)[keyof typeof REPLY]>>> = {
  'blocked-by-allowlist': REPLY.notAllowed,
  'blocked-by-denylist': REPLY.notAllowed,
  'blocked-by-method-policy': REPLY.notAllowed,
  'blocked-by-address-policy': REPLY.notAllowed,
  'resolve-failed': REPLY.hostUnreachable,
  'connect-failed': REPLY.connectionRefused,
  'connect-timeout': REPLY.hostUnreachable,
}

/** Serves one client of SOCKS5. */
export async function serveSocks5(
  gate: Gate,
  limits: EgressLimits,
  { socket, deadline }: { readonly socket: Socket; readonly deadline: Deadline },
): Promise<void> {
  const request = await readRequest(socket).catch((error: unknown) => {
    if (!(error instanceof SocksError)) {
      reset(socket)
      return undefined
    }
    const message = `the SOCKS request ${error.message}`
    gate.reportRefusal({ reason: 'invalid-request', message }, { protocol: 'socks5', method: 'CONNECT' })
    endWith(socket, error.answer, limits.handshakeMs)
    return undefined
  })
  if (request === undefined) return
  deadline.stop()
  const opened = await gate.open(request, closeSignal(socket))
  if ('refusal' in opened) {
    endWith(socket, formatReply(REPLIES[opened.refusal.reason] ?? REPLY.generalFailure), limits.handshakeMs)
    return
  }
  socket.write(formatReply(REPLY.succeeded))
  joinSockets(socket, opened.socket, limits.idleMs)
}

/** @throws {SocksError} with what to answer. */
async function readRequest(socket: Socket): Promise<EgressRequest> {
  await agreeOnMethod(socket)
  const { command, host: hostText, port } = await readFrame(socket, parseRequest)
  if (command !== COMMAND_CONNECT) {
    throw new SocksError('is for something else than CONNECT', formatReply(REPLY.commandNotSupported))
  }
  const host = parseHost(hostText)
  if (host === undefined) throw new SocksError('has a host that does not mean one thing')
  if (port === 0) throw new SocksError('has the port 0')
  return { protocol: 'socks5', method: 'CONNECT', host, port }
}

/** Nobody has to say who he is; a client that wants to say it may, and nothing is made of it. */
async function agreeOnMethod(socket: Socket): Promise<void> {
  const offered = await readFrame(socket, parseGreeting)
  if (offered.includes(METHOD.none)) {
    socket.write(formatMethod(METHOD.none))
    return
  }
  if (!offered.includes(METHOD.credentials)) {
    throw new SocksError(
      'offers no method of authentication that is taken',
      formatMethod(METHOD.unacceptable),
    )
  }
  socket.write(formatMethod(METHOD.credentials))
  await readFrame(socket, parseCredentials)
  socket.write(formatCredentialsAccepted())
}
