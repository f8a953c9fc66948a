import type { Host } from './host.js'

/** How a client asked: a request to be forwarded, a tunnel by CONNECT, or a tunnel by SOCKS5. */
export type Protocol = 'http' | 'connect' | 'socks5'

/** Why something was not done. The header `x-proxy-error` has this word. */
export type RefusalReason =
  /** No rule allows the host at the port. */
  | 'blocked-by-allowlist'
  /** A rule denies it. */
  | 'blocked-by-denylist'
  /** Rules allow the host, but not for this method, or for tunnels. */
  | 'blocked-by-method-policy'
  /** No address of the host is public, and no rule for addresses grants one. */
  | 'blocked-by-address-policy'
  /** It is malformed, ambiguous, or nothing that this proxy does. */
  | 'invalid-request'
  /** There are as many connections as there may be. */
  | 'too-many-connections'
  /** The name has no address. */
  | 'resolve-failed'
  | 'connect-failed'
  | 'connect-timeout'
  /** The server ended the connection, or does not speak HTTP. */
  | 'upstream-failed'
  | 'upstream-timeout'
  /** A defect of the proxy. */
  | 'internal-error'

/** What a client asked for, understood. */
export interface EgressRequest {
  readonly protocol: Protocol
  /** `CONNECT` for every tunnel. */
  readonly method: string
  readonly host: Host
  readonly port: number
}

/** Why it was not done, for the client and for the log. */
export interface Refusal {
  readonly reason: RefusalReason
  /** One sentence without a final full stop. */
  readonly message: string
  /** The hosts of the rule that decided, as written in the rules. */
  readonly rule?: string
}

/** What became of one request of a client. */
export interface Decision {
  /** ISO 8601, UTC. */
  readonly time: string
  /** `failed`: it was allowed, but there was nothing to connect to. */
  readonly status: 'allowed' | 'blocked' | 'failed'
  /** Absent where a connection was refused before it said what it speaks. */
  readonly protocol?: Protocol
  /** `CONNECT` for every tunnel. */
  readonly method?: string
  /** Canonical; absent where none was understood. */
  readonly host?: string
  readonly port?: number
  /** The checked address to which the connection was made. */
  readonly address?: string
  /** The hosts of the rule that decided, as written in the rules. */
  readonly rule?: string
  readonly reason?: RefusalReason
  readonly message?: string
}

/** Reasons for which nothing was decided against the request itself. */
const FAILURES: ReadonlySet<RefusalReason> = new Set([
  'resolve-failed',
  'connect-failed',
  'connect-timeout',
  'upstream-failed',
  'upstream-timeout',
  'internal-error',
])

/** Whether it was refused on purpose, or failed on the way. */
export function statusOf({ reason }: Refusal): 'blocked' | 'failed' {
  return FAILURES.has(reason) ? 'failed' : 'blocked'
}
