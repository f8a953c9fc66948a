import { describe, expect, test } from 'vitest'
import type { NetworkMode } from '../src/index.ts'
import { ALL_OPTIONS, ALLOWED, MODES, NOT_PERMITTED, outcomeOf } from './calls.ts'

const STREAM = 1
const DATAGRAM = 2
const RAW = 3
const SEQPACKET = 5
const PACKET = 10
const FLAGS = 0o2004000 // SOCK_CLOEXEC | SOCK_NONBLOCK
const GARBAGE = 0xdeadbeef_00000000n

const HOST: readonly NetworkMode[] = ['host-network']
const BOTH: readonly NetworkMode[] = ['private-network', 'host-network']
const NONE: readonly NetworkMode[] = []

interface SocketCase {
  readonly family: number | bigint
  readonly type: number | bigint
  readonly protocol: number | bigint
  readonly allowedIn: readonly NetworkMode[]
  readonly why: string
}

const SOCKETS: readonly SocketCase[] = [
  { family: 2, type: STREAM, protocol: 0, allowedIn: BOTH, why: 'TCP over IPv4' },
  { family: 2, type: STREAM | FLAGS, protocol: 6, allowedIn: BOTH, why: 'TCP with flags and its protocol' },
  { family: 2, type: DATAGRAM, protocol: 17, allowedIn: BOTH, why: 'UDP over IPv4' },
  { family: 10, type: STREAM | FLAGS, protocol: 0, allowedIn: BOTH, why: 'TCP over IPv6' },
  { family: 10, type: DATAGRAM, protocol: 0, allowedIn: BOTH, why: 'UDP over IPv6' },
  { family: 2, type: STREAM, protocol: 262, allowedIn: HOST, why: 'MPTCP' },
  { family: 2, type: STREAM, protocol: 132, allowedIn: HOST, why: 'SCTP' },
  { family: 2, type: DATAGRAM, protocol: 1, allowedIn: HOST, why: 'ping' },
  { family: 2, type: RAW, protocol: 1, allowedIn: HOST, why: 'raw IPv4: the kernel asks for a capability' },
  { family: 2, type: RAW | FLAGS, protocol: 255, allowedIn: HOST, why: 'raw IPv4 with flags' },
  { family: 10, type: RAW, protocol: 58, allowedIn: HOST, why: 'raw IPv6' },
  { family: 2, type: PACKET, protocol: 3, allowedIn: HOST, why: 'the old way to a packet socket' },
  { family: 2, type: SEQPACKET, protocol: 0, allowedIn: HOST, why: 'SCTP, one to many' },
  { family: 2, type: 0, protocol: 0, allowedIn: HOST, why: 'no type' },
  {
    family: 2,
    type: 0x31,
    protocol: 0,
    allowedIn: BOTH,
    why: 'bits 4 to 7, which the kernel itself refuses',
  },
  { family: 1, type: STREAM, protocol: 0, allowedIn: HOST, why: 'AF_UNIX stream' },
  { family: 1, type: STREAM | FLAGS, protocol: 0, allowedIn: HOST, why: 'AF_UNIX stream with flags' },
  { family: 1, type: DATAGRAM, protocol: 0, allowedIn: HOST, why: 'AF_UNIX datagram' },
  { family: 1, type: SEQPACKET, protocol: 0, allowedIn: HOST, why: 'AF_UNIX seqpacket' },
  { family: 16, type: RAW, protocol: 0, allowedIn: BOTH, why: 'NETLINK_ROUTE, as glibc opens it' },
  { family: 16, type: DATAGRAM | FLAGS, protocol: 0, allowedIn: BOTH, why: 'NETLINK_ROUTE, as Go opens it' },
  { family: 16, type: RAW, protocol: 4, allowedIn: NONE, why: 'NETLINK_SOCK_DIAG' },
  { family: 16, type: RAW, protocol: 9, allowedIn: NONE, why: 'NETLINK_AUDIT' },
  { family: 16, type: RAW, protocol: 12, allowedIn: NONE, why: 'NETLINK_NETFILTER' },
  { family: 16, type: RAW, protocol: 15, allowedIn: NONE, why: 'NETLINK_KOBJECT_UEVENT' },
  { family: 16, type: RAW, protocol: 16, allowedIn: NONE, why: 'NETLINK_GENERIC' },
  { family: 0, type: STREAM, protocol: 0, allowedIn: NONE, why: 'AF_UNSPEC' },
  { family: 17, type: RAW, protocol: 768, allowedIn: NONE, why: 'AF_PACKET' },
  { family: 38, type: SEQPACKET, protocol: 0, allowedIn: NONE, why: 'AF_ALG' },
  { family: 40, type: STREAM, protocol: 0, allowedIn: NONE, why: 'AF_VSOCK' },
  { family: 43, type: STREAM, protocol: 0, allowedIn: NONE, why: 'AF_SMC' },
  { family: 44, type: RAW, protocol: 0, allowedIn: NONE, why: 'AF_XDP' },
  {
    family: 2n | GARBAGE,
    type: BigInt(STREAM) | GARBAGE,
    protocol: 6n | GARBAGE,
    allowedIn: BOTH,
    why: 'TCP, high bits set',
  },
  { family: 1n | GARBAGE, type: STREAM, protocol: 0, allowedIn: HOST, why: 'AF_UNIX, high bits set' },
  { family: 16n, type: RAW, protocol: 0n | GARBAGE, allowedIn: BOTH, why: 'NETLINK_ROUTE, high bits set' },
  { family: 40n | GARBAGE, type: STREAM, protocol: 0, allowedIn: NONE, why: 'AF_VSOCK, high bits set' },
  { family: 0x102, type: STREAM, protocol: 0, allowedIn: NONE, why: 'AF_INET is the whole of 32 bits' },
]

const PAIRS: readonly SocketCase[] = [
  { family: 1, type: STREAM, protocol: 0, allowedIn: MODES, why: 'stream' },
  { family: 1, type: STREAM | FLAGS, protocol: 0, allowedIn: MODES, why: 'stream with flags' },
  { family: 1, type: SEQPACKET | FLAGS, protocol: 0, allowedIn: MODES, why: 'seqpacket with flags' },
  {
    family: 1n | GARBAGE,
    type: BigInt(STREAM) | GARBAGE,
    protocol: 0,
    allowedIn: MODES,
    why: 'stream, high bits set',
  },
  { family: 1, type: DATAGRAM, protocol: 0, allowedIn: HOST, why: 'datagram' },
  { family: 1, type: DATAGRAM | FLAGS, protocol: 0, allowedIn: HOST, why: 'datagram with flags' },
  {
    family: 1,
    type: BigInt(DATAGRAM) | GARBAGE,
    protocol: 0,
    allowedIn: HOST,
    why: 'datagram, high bits set',
  },
  { family: 1, type: RAW, protocol: 0, allowedIn: HOST, why: 'the kernel makes a datagram pair of SOCK_RAW' },
  { family: 2, type: STREAM, protocol: 0, allowedIn: NONE, why: 'AF_INET' },
  { family: 30, type: STREAM, protocol: 0, allowedIn: NONE, why: 'AF_TIPC' },
]

describe.each(ALL_OPTIONS)('$arch, $network, nested sandbox $nestedSandbox', (options) => {
  const expected = (allowedIn: readonly NetworkMode[]) =>
    allowedIn.includes(options.network) ? ALLOWED : NOT_PERMITTED

  test.each(SOCKETS)('socket($family, $type, $protocol): $why', ({ family, type, protocol, allowedIn }) => {
    expect(outcomeOf(options, 'socket', [family, type, protocol])).toEqual(expected(allowedIn))
  })

  test.each(PAIRS)('socketpair($family, $type, $protocol): $why', ({ family, type, protocol, allowedIn }) => {
    expect(outcomeOf(options, 'socketpair', [family, type, protocol, 0x7fff_1234_5678n])).toEqual(
      expected(allowedIn),
    )
  })

  test.each(['connect', 'bind', 'listen', 'accept', 'accept4'] as const)(
    '%s works wherever there are sockets',
    (name) => {
      expect(outcomeOf(options, name, [3, 0x7fff_0000_0000n, 16])).toEqual(expected(BOTH))
    },
  )

  test.each([
    { address: 0n, allowedIn: MODES, why: 'send(2) on a connected pair' },
    { address: 0x7fff_1234_5678n, allowedIn: BOTH, why: 'an address' },
    { address: 0x1000n, allowedIn: BOTH, why: 'an address below 4 GiB' },
    { address: 0x7fff_0000_0000n, allowedIn: BOTH, why: 'an address whose low half is 0' },
  ])('sendto with address $address ($why)', ({ address, allowedIn }) => {
    expect(outcomeOf(options, 'sendto', [3, 0x1000, 8, 0, address, 16])).toEqual(expected(allowedIn))
  })
})

describe.each(['x86_64', 'aarch64'] as const)('%s, AF_UNIX allowed', (arch) => {
  const options = { network: 'private-network', arch, unixSockets: true } as const

  test.each(SOCKETS)('socket($family, $type, $protocol): $why', ({ family, type, protocol, allowedIn }) => {
    const isAllowed = BigInt.asUintN(32, BigInt(family)) === 1n || allowedIn.includes('private-network')
    expect(outcomeOf(options, 'socket', [family, type, protocol])).toEqual(
      isAllowed ? ALLOWED : NOT_PERMITTED,
    )
  })

  test.each(PAIRS)('socketpair($family, $type, $protocol): $why', ({ family, type, protocol }) => {
    const isAllowed = BigInt.asUintN(32, BigInt(family)) === 1n
    expect(outcomeOf(options, 'socketpair', [family, type, protocol, 0x7fff_1234_5678n])).toEqual(
      isAllowed ? ALLOWED : NOT_PERMITTED,
    )
  })
})
