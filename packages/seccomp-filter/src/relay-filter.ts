import { ALLOW, KILL } from './action.js'
import type { Arch } from './arch.js'
import { createFilter, ruleFor, type Decision, type Filter } from './filter.js'
import { SYSCALLS, type SyscallName } from './syscall-table.js'

/** What the loop of the relay calls, and what the C library or the kernel calls for it. */
const CALLS: readonly SyscallName[] = [
  'accept4',
  'clock_gettime',
  'close',
  'connect',
  'epoll_ctl',
  'epoll_pwait',
  'epoll_wait',
  'exit',
  'exit_group',
  'fcntl',
  'getpeername',
  'getsockname',
  'getsockopt',
  'madvise',
  'munmap',
  'read',
  'recvfrom',
  'restart_syscall',
  'rt_sigreturn',
  'sendto',
  'setsockopt',
  'shutdown',
  'write',
]

/** Source: linux/socket.h and linux/net.h in Linux 6.1. */
const FAMILIES = [1, 2, 10]
const STREAM = 1
const TYPE_MASK = 0xf

/** Source: linux/sockios.h in Linux 6.1: how much was sent and not acknowledged. */
const SIOCOUTQ = 0x5411

/** Source: asm-generic/mman-common.h in Linux 6.1. */
const PROT_EXEC = 4

/**
 * The filter for the process that copies between a sandbox and the proxies: it handles what the command sends, with the rights of the user.
 * Whatever it need not call kills it, and with it all of its connections.
 *
 * @throws {TypeError} for an unknown architecture.
 */
export function relayFilterFor(arch: Arch): Filter {
  const allowed: Decision = { why: 'it copies', otherwise: ALLOW }
  return createFilter({
    arch,
    defaultAction: KILL,
    rules: [
      ...CALLS.filter((name) => name in SYSCALLS[arch]).map((name) => ruleFor(arch, name, allowed)),
      ruleFor(arch, 'mmap', {
        why: 'buffers, and nothing that can be executed',
        cases: [{ when: [{ test: 'any-bit', argument: 2, bits: PROT_EXEC }], action: KILL }],
        otherwise: ALLOW,
      }),
      ruleFor(arch, 'ioctl', {
        why: 'whether all has arrived',
        cases: [{ when: [{ test: 'one-of', argument: 1, values: [SIOCOUTQ] }], action: ALLOW }],
        otherwise: KILL,
      }),
      ruleFor(arch, 'socket', {
        why: 'to proxies on TCP and on Unix sockets',
        cases: [
          {
            when: [
              { test: 'one-of', argument: 0, values: FAMILIES },
              { test: 'one-of', argument: 1, mask: TYPE_MASK, values: [STREAM] },
            ],
            action: ALLOW,
          },
        ],
        otherwise: KILL,
      }),
    ],
  })
}
