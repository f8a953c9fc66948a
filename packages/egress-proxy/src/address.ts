import { isIP, isIPv6 } from 'node:net'
import ipaddr from 'ipaddr.js'

/** An IP address; an IPv4-mapped one is the IPv4 address in it. */
export type Address = ipaddr.IPv4 | ipaddr.IPv6

/** Networks that are not for everybody, beyond those that `ipaddr.js` names. */
const SPECIAL_NETWORKS: readonly (readonly [string, string])[] = [
  // RFC 4291 2.5.5.1: IPv4-compatible addresses, with an IPv4 address in them.
  ['ipv4Compatible', '::/96'],
  // https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
  ['metadata', '168.63.129.16/32'],
]

/** RFC 4291 2.4: all that has been assigned as global unicast. */
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3')

/**
 * The address that `text` is: four decimal numbers, or IPv6 without brackets and zone. `undefined` for anything else.
 */
export function parseAddress(text: string): Address | undefined {
  if (isIP(text) === 0 || text.includes('%')) return undefined
  return ipaddr.process(isIPv6(text) ? inHexadecimal(text) : text)
}

/**
 * `'public'`, or the name of the special range that `address` is in, for example `loopback`, `private`, `linkLocal`. Addresses that carry
 * an IPv4 address for a translator or a tunnel are never public.
 *
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
 */
export function addressClass(address: Address): string {
  const range = address.range()
  if (range !== 'unicast') return range
  const special = SPECIAL_NETWORKS.find(([, network]) => isInNetwork(address, ipaddr.parseCIDR(network)))
  if (special !== undefined) return special[0]
  return address.kind() === 'ipv6' && !isInNetwork(address, GLOBAL_UNICAST) ? 'unassigned' : 'public'
}

/** Whether `address` is in the network, which may be one of the other family. */
export function isInNetwork(address: Address, [network, bits]: readonly [Address, number]): boolean {
  return address.kind() === network.kind() && address.match(network, bits)
}

/** `::127.0.0.1` as `::7f00:1`: `ipaddr.js` takes the former for a mapped address. */
function inHexadecimal(ipv6: string): string {
  return new URL(`http://[${ipv6}]/`).hostname.slice(1, -1)
}
