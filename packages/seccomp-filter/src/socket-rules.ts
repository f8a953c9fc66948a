import { assertNever } from '@linux-sandbox/errors'
import { ALLOW, ERRNO, failWith } from './action.js'
import type { Arch } from './arch.js'
import type { ArgumentIndex, Condition } from './condition.js'
import { ruleFor, type Case, type Rule } from './filter.js'
import type { NetworkMode } from './options.js'
import type { SyscallName } from './syscall-table.js'

/** Source: linux/socket.h in Linux 6.1. */
const FAMILY = { unix: 1, inet: 2, inet6: 10, netlink: 16 } as const

/** Source: linux/net.h in Linux 6.1. */
const TYPE = { stream: 1, datagram: 2, seqpacket: 5 } as const

/** The bits of the type that are not SOCK_CLOEXEC or SOCK_NONBLOCK. Source: SOCK_TYPE_MASK in linux/net.h. */
const TYPE_MASK = 0xf

/** Source: linux/in.h and linux/netlink.h in Linux 6.1. */
const PROTOCOL = { unspecified: 0, tcp: 6, udp: 17, netlinkRoute: 0 } as const

/** Not EAFNOSUPPORT, which reads like a kernel without the family: people should see that a policy said no. */
const DENIED = failWith(ERRNO.EPERM)

/** Rules for the calls that make or address sockets. */
export function socketRules(arch: Arch, network: NetworkMode, unixSockets: boolean): readonly Rule[] {
  switch (network) {
    case 'private-network':
      return privateNetworkRules(arch, unixSockets)
    case 'no-network':
      return noNetworkRules(arch)
    case 'host-network':
      return hostNetworkRules(arch)
    default:
      return assertNever(network)
  }
}

function privateNetworkRules(arch: Arch, unixSockets: boolean): readonly Rule[] {
  return [
    ruleFor(arch, 'socket', {
      why: 'TCP and UDP on the loopback of the sandbox; other families lead out of it or into rarely used kernel code',
      cases: [
        {
          when: [
            isOneOf(0, FAMILY.inet, FAMILY.inet6),
            typeIsOneOf(TYPE.stream, TYPE.datagram),
            isOneOf(2, PROTOCOL.unspecified, PROTOCOL.tcp, PROTOCOL.udp),
          ],
          action: ALLOW,
        },
        routeSocket,
        ...(unixSockets ? [unixSocket] : []),
      ],
      otherwise: DENIED,
    }),
    unixSockets ? unixPairRule(arch) : connectedPairRule(arch),
  ]
}

function noNetworkRules(arch: Arch): readonly Rule[] {
  const inherited: readonly SyscallName[] = ['connect', 'bind', 'listen', 'accept', 'accept4']
  return [
    ruleFor(arch, 'socket', {
      why: 'there is no network, and no namespace to keep it apart',
      otherwise: DENIED,
    }),
    ...inherited.map((name) =>
      ruleFor(arch, name, { why: 'inherited sockets stay as they are', otherwise: DENIED }),
    ),
    ruleFor(arch, 'sendto', {
      why: 'without an address it is send(2) on a connected pair',
      cases: [{ when: [{ test: 'zero', argument: 4 }], action: ALLOW }],
      otherwise: DENIED,
    }),
    connectedPairRule(arch),
  ]
}

function hostNetworkRules(arch: Arch): readonly Rule[] {
  return [
    ruleFor(arch, 'socket', {
      why: 'families that reach virtual machines, or rarely used kernel code, are no part of the network of the host',
      cases: [{ when: [isOneOf(0, FAMILY.inet, FAMILY.inet6, FAMILY.unix)], action: ALLOW }, routeSocket],
      otherwise: DENIED,
    }),
    unixPairRule(arch),
  ]
}

const unixSocket: Case = { when: [isOneOf(0, FAMILY.unix)], action: ALLOW }

const routeSocket: Case = {
  when: [isOneOf(0, FAMILY.netlink), isOneOf(2, PROTOCOL.netlinkRoute)],
  action: ALLOW,
}

function unixPairRule(arch: Arch): Rule {
  return ruleFor(arch, 'socketpair', {
    why: 'only AF_UNIX has pairs that programs use',
    cases: [unixSocket],
    otherwise: DENIED,
  })
}

/** The types are listed, not excluded: the kernel takes SOCK_RAW of AF_UNIX for a datagram socket. */
function connectedPairRule(arch: Arch): Rule {
  return ruleFor(arch, 'socketpair', {
    why: 'an end of a datagram pair can be connected to a socket of the host',
    cases: [{ when: [isOneOf(0, FAMILY.unix), typeIsOneOf(TYPE.stream, TYPE.seqpacket)], action: ALLOW }],
    otherwise: DENIED,
  })
}

function isOneOf(argument: ArgumentIndex, ...values: readonly number[]): Condition {
  return { test: 'one-of', argument, values }
}

function typeIsOneOf(...values: readonly number[]): Condition {
  return { test: 'one-of', argument: 1, mask: TYPE_MASK, values }
}
