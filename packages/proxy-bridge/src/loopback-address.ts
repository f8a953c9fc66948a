/** Of the platform. Core packages are compiled without the types of Node and of browsers. */
declare const URL: {
  new (text: string): { readonly hostname: string }
  canParse(text: string): boolean
}

/** `localhost` means IPv4, as it does for the helpers that came before. */
const LOCALHOST_ADDRESS = '127.0.0.1'

/** 127.0.0.0/8 as an IPv4-mapped IPv6 address, in the form that URLs have it: `[::ffff:7fxx:xxxx]`. */
const MAPPED_LOOPBACK = /^\[::ffff:7f([0-9a-f]{2}):([0-9a-f]{1,4})\]$/

export type HostAddress =
  | { readonly kind: 'loopback'; /** One of 127.0.0.0/8, or `::1`. */ readonly address: string }
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'invalid' }

/**
 * Where `host` is. The URL standard says what its spelling means: `127.1`, `0x7f000001` and `[0:0::1]` are on loopback,
 * `127.0.0.08` is invalid. Names other than `localhost` are elsewhere, whatever a resolver makes of them.
 */
export function addressOf(host: string): HostAddress {
  const url = `http://${host}`
  if (!URL.canParse(url)) return { kind: 'invalid' }
  const { hostname } = new URL(url)
  if (hostname === 'localhost' || hostname === 'localhost.') return loopback(LOCALHOST_ADDRESS)
  if (hostname === '[::1]') return loopback('::1')
  if (/^127(?:\.\d+){3}$/.test(hostname)) return loopback(hostname)
  const [, second, lastTwo] = MAPPED_LOOPBACK.exec(hostname) ?? []
  if (second === undefined || lastTwo === undefined) return { kind: 'elsewhere' }
  const low = Number.parseInt(lastTwo, 16)
  return loopback(`127.${Number.parseInt(second, 16)}.${low >> 8}.${low & 0xff}`)
}

function loopback(address: string): HostAddress {
  return { kind: 'loopback', address }
}
