import { isIPv6 } from 'node:net'
import ipaddr from 'ipaddr.js'
import { isInNetwork, parseAddress, type Address } from './address.js'
import { parseAuthority, type Host } from './host.js'

/** Which hosts a rule is about. */
export type HostPattern =
  | { readonly kind: 'any' }
  | { readonly kind: 'name'; readonly name: string }
  /** Every name below `domain`, and itself where `withApex`. */
  | { readonly kind: 'below'; readonly domain: string; readonly withApex: boolean }
  | { readonly kind: 'network'; readonly network: readonly [Address, number] }

/** Which hosts and which port; every port where none is named. */
export interface Pattern {
  readonly host: HostPattern
  readonly port: number | undefined
}

/** Why a text is no pattern, as a phrase. */
export interface PatternProblem {
  readonly problem: string
}

const IPV4_BITS = 32
const IPV6_BITS = 128
/** Bits in front of the IPv4 address of a mapped one: ::ffff:0:0/96. */
const MAPPED_BITS = 96

/**
 * The pattern that `text` is: `name`, `*.domain`, `**.domain`, an IP address or `*`, each also with `:port`; or a network `address/bits`.
 */
export function parsePattern(text: string): Pattern | PatternProblem {
  if (text.includes('://')) return { problem: 'is a URL; write the host, and the port after a colon' }
  if (text.includes('/')) return parseNetwork(text)
  const ipv6 = isIPv6(text) ? parseAddress(text) : undefined
  if (ipv6 !== undefined) return addressPattern(ipv6, undefined)
  const [, stars, rest = ''] = /^(\*\*?\.|\*(?=:|$))?(.*)$/.exec(text) ?? []
  if (stars === '*') return parseAny(rest)
  const authority = parseAuthority(rest)
  if (authority === undefined) return { problem: 'is no host, address, network or host:port' }
  const { host, port } = authority
  if (host.kind === 'address') {
    return stars === undefined
      ? addressPattern(host.address, port)
      : { problem: 'has an address where a domain must be' }
  }
  if (stars === undefined) return { host: { kind: 'name', name: host.text }, port }
  return { host: { kind: 'below', domain: host.text, withApex: stars === '**.' }, port }
}

/** Whether `host` at `port` is one that the pattern is about. */
export function matchesPattern(pattern: Pattern, host: Host, port: number): boolean {
  return (pattern.port === undefined || pattern.port === port) && matchesHost(pattern.host, host)
}

function matchesHost(pattern: HostPattern, host: Host): boolean {
  if (pattern.kind === 'any') return true
  if (pattern.kind === 'network') return host.kind === 'address' && isInNetwork(host.address, pattern.network)
  if (host.kind === 'address') return false
  if (pattern.kind === 'name') return host.text === pattern.name
  return host.text.endsWith(`.${pattern.domain}`) || (pattern.withApex && host.text === pattern.domain)
}

/** `*`, with what may follow it. */
function parseAny(rest: string): Pattern | PatternProblem {
  if (rest === '') return { host: { kind: 'any' }, port: undefined }
  const port = parseAuthority(`any${rest}`)?.port
  return port === undefined
    ? { problem: 'has no port from 1 to 65535 after the colon' }
    : { host: { kind: 'any' }, port }
}

function addressPattern(address: Address, port: number | undefined): Pattern {
  return { host: { kind: 'network', network: [address, bitsOf(address)] }, port }
}

function bitsOf(address: Address): number {
  return address.kind() === 'ipv4' ? IPV4_BITS : IPV6_BITS
}

function parseNetwork(text: string): Pattern | PatternProblem {
  const [, addressText = '', bitsText] = /^([^/]*)\/(\d{1,3})$/.exec(text) ?? []
  const address = parseAddress(addressText.replace(/^\[(.*)\]$/, '$1'))
  if (address === undefined || bitsText === undefined) {
    return { problem: 'is no network: write address/bits, without a port' }
  }
  const isMapped = addressText.includes(':') && address.kind() === 'ipv4'
  const bits = Number(bitsText) - (isMapped ? MAPPED_BITS : 0)
  if (bits < 0 || bits > bitsOf(address)) {
    return { problem: `has a number of bits that no such network has: ${bitsText}` }
  }
  const network = networkOf(address, bits)
  if (network !== address.toString()) {
    return { problem: `has an address with bits beyond the first ${bits}; the network is ${network}/${bits}` }
  }
  return { host: { kind: 'network', network: [address, bits] }, port: undefined }
}

function networkOf(address: Address, bits: number): string {
  const family = address.kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6
  return family.networkAddressFromCIDR(`${address.toString()}/${bits}`).toString()
}
