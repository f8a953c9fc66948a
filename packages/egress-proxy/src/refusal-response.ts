import { STATUS_CODES } from 'node:http'
import { statusOf, type EgressRequest, type Refusal, type RefusalReason } from './decision.js'

/** The status of HTTP for each reason. */
const STATUS: Readonly<Record<RefusalReason, number>> = {
  'blocked-by-allowlist': 403,
  'blocked-by-denylist': 403,
  'blocked-by-method-policy': 403,
  'blocked-by-address-policy': 403,
  'invalid-request': 400,
  'too-many-connections': 503,
  'resolve-failed': 502,
  'connect-failed': 502,
  'connect-timeout': 504,
  'upstream-failed': 502,
  'upstream-timeout': 504,
  'internal-error': 500,
}

/** The header that has the reason. */
export const REASON_HEADER = 'X-Proxy-Error'

/** A response of HTTP, in its parts. */
export interface RefusalResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What a client of HTTP is told: the reason in a header, and all that is known in a body of JSON. */
export function refusalResponse(refusal: Refusal, request?: EgressRequest): RefusalResponse {
  const { reason, rule, message } = refusal
  const { host, port, protocol } = request ?? {}
  const facts = { status: statusOf(refusal), host: host?.text, port, protocol, reason, rule, message }
  const body = `${JSON.stringify(facts)}\n`
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(body)),
    [REASON_HEADER]: reason,
  }
  return { status: STATUS[reason], headers, body }
}

/** The same as it goes over the wire, where no server of Node writes it. The connection is closed after it. */
export function formatRefusalResponse({ status, headers, body }: RefusalResponse): string {
  const lines = Object.entries({ ...headers, Connection: 'close' }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`
}
