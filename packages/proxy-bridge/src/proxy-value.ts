import type { ProxyValue, RoutableValue } from './endpoint.js'
import { addressOf } from './loopback-address.js'
import { parseUnixValue } from './unix-value.js'

const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i

/**
 * What follows the scheme: credentials up to the last `@` of the authority, host, port, and the rest. Only what every reader of URLs
 * cuts in the same way: in the authority neither white space nor a backslash.
 */
const PARTS = /^([^\s\\/?#]*@)?(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d*))?([/?#].*)?$/is

/** Ports of proxies that name none. Source of 1080: curl(1), --proxy, as of `socks`. */
const DEFAULT_PORTS: ReadonlyMap<string, number> = new Map([
  ['https', 443],
  ['socks', 1080],
  ['socks4', 1080],
  ['socks4a', 1080],
  ['socks5', 1080],
  ['socks5h', 1080],
])

/** Of every other scheme, and of `host` alone. */
const DEFAULT_PORT = 80

const MAX_PORT = 65_535

/** Reads the value of a proxy variable: a URL, `host:port` without a scheme, or one of the forms of a Unix socket. */
export function parseProxyValue(value: string): ProxyValue {
  const text = value.trim()
  if (text === '') return { why: 'is empty' }
  return parseUnixValue(text) ?? parseTcpValue(text)
}

function parseTcpValue(text: string): ProxyValue {
  const [prefix = '', scheme = 'http'] = SCHEME.exec(text) ?? []
  const [, credentials = '', host, portText = '', after = ''] = PARTS.exec(text.slice(prefix.length)) ?? []
  if (host === undefined) return NOT_A_URL
  const where = addressOf(host)
  if (where.kind === 'invalid') return NOT_A_URL
  if (where.kind === 'elsewhere') return { why: `${describeHost(host, after)} is not on loopback` }
  const port = portText === '' ? (DEFAULT_PORTS.get(scheme.toLowerCase()) ?? DEFAULT_PORT) : Number(portText)
  if (port < 1 || port > MAX_PORT) return { why: `its port is not one of 1 to ${MAX_PORT}` }
  return {
    endpoint: { kind: 'tcp', address: where.address, port },
    before: prefix + credentials,
    after,
  }
}

const NOT_A_URL: ProxyValue = { why: 'is not the URL of a proxy' }

/** With an `@` behind it, what looks like the host can be a part of credentials with a `/` in them. */
function describeHost(host: string, after: string): string {
  return after.includes('@') ? 'its host' : `its host ${host}`
}

/** `value` with the listener inside the sandbox in place of its host and port. */
export function rewriteProxyValue({ before, after }: RoutableValue, port: number): string {
  return `${before}127.0.0.1:${port}${after}`
}
