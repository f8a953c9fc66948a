import { isIPv6 } from 'node:net'
import { parseAddress, type Address } from './address.js'

/** A host in the one form in which rules are compared and connections are made. */
export type Host =
  /** Lower case, punycode, without a trailing dot. */
  | { readonly kind: 'name'; readonly text: string }
  /** IPv6 without brackets. */
  | { readonly kind: 'address'; readonly text: string; readonly address: Address }

/** A host, and the port where one is named. */
export interface Authority {
  readonly host: Host
  readonly port: number | undefined
}

/** RFC 1035 2.3.4: without the trailing dot. */
const NAME_LENGTH_MAX = 253
/** Names that are not ASCII get longer or shorter; nothing that long gives a name. */
const TEXT_LENGTH_MAX = 1024
/** RFC 1035 2.3.4, and underscores, which names of services have. */
const LABEL = /^[a-z0-9_-]{1,63}$/
/** What would end the host in a URL, would be decoded or dropped there, or is no character of a host. */
// oxlint-disable-next-line no-control-regex
const FORBIDDEN = /[\u0000-\u0020\u007f-\u00a0"#%*/:<>?@[\\\]^`{|}]/

const PORT_MAX = 65_535

/**
 * The host that `text` means, by the rules of the URL standard: every spelling of an IPv4 address (`0x7f.1`, `2130706433`) is that address,
 * names in other scripts become punycode. `undefined` where it means none; percent-encoding and IPv6 zones are refused.
 *
 * @see https://url.spec.whatwg.org/#host-parsing
 */
export function parseHost(text: string): Host | undefined {
  const inBrackets = /^\[(.*)\]$/.exec(text)?.[1]
  const ipv6 = inBrackets ?? text
  if (isIPv6(ipv6)) return hostOfAddress(ipv6)
  if (text.length > TEXT_LENGTH_MAX || FORBIDDEN.test(text)) return undefined
  const url = `http://${text}/`
  if (!URL.canParse(url)) return undefined
  const name = new URL(url).hostname.replace(/\.$/, '')
  return hostOfAddress(name) ?? (isName(name) ? { kind: 'name', text: name } : undefined)
}

/** The host that the address `text` is; `undefined` where it is none. */
export function hostOfAddress(text: string): Host | undefined {
  const address = parseAddress(text)
  return address && { kind: 'address', text: address.toString(), address }
}

/** `host` or `host:port`, where an IPv6 address is in brackets. `undefined` for anything else. */
export function parseAuthority(text: string): Authority | undefined {
  const [, hostText, portText] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(text) ?? []
  const host = hostText === undefined ? undefined : parseHost(hostText)
  if (host === undefined) return undefined
  if (portText === undefined) return { host, port: undefined }
  const port = parsePort(portText)
  return port === undefined ? undefined : { host, port }
}

/** A decimal port from 1 to 65535; `undefined` for anything else. */
function parsePort(text: string): number | undefined {
  if (!/^[1-9]\d{0,4}$/.test(text)) return undefined
  const port = Number(text)
  return port > PORT_MAX ? undefined : port
}

/** `host:port`, as a request names them: IPv6 in brackets. */
export function formatAuthority(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

function isName(text: string): boolean {
  return text.length <= NAME_LENGTH_MAX && text.split('.').every((label) => LABEL.test(label))
}
