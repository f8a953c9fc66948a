import { describe, expect, test } from 'vitest'
import { SYSCALLS, type NetworkMode, type SyscallName } from '../src/index.ts'
import { ALL_OPTIONS, ALLOWED, NOT_IMPLEMENTED, NOT_PERMITTED, outcomeOf } from './calls.ts'

/** From the design, not from the source: what is missing there must fail here. */
const DENIED: readonly SyscallName[] = [
  ...(['io_uring_setup', 'io_uring_enter', 'io_uring_register'] as const),
  ...(['add_key', 'request_key', 'keyctl'] as const),
  ...(['bpf', 'perf_event_open', 'userfaultfd', 'fanotify_init', 'syslog'] as const),
  ...(['kexec_load', 'kexec_file_load', 'init_module', 'finit_module', 'delete_module'] as const),
  ...(['process_vm_readv', 'process_vm_writev', 'kcmp', 'pidfd_getfd', 'open_by_handle_at'] as const),
  ...(['settimeofday', 'clock_settime', 'swapon', 'swapoff', 'reboot', 'acct'] as const),
  ...(['quotactl', 'quotactl_fd', 'vhangup', 'lookup_dcookie', 'nfsservctl'] as const),
]

const DENIED_UNLESS_NESTED: readonly SyscallName[] = [
  ...(['mount', 'umount2', 'pivot_root', 'chroot', 'setns', 'sethostname', 'setdomainname'] as const),
  ...(['open_tree', 'open_tree_attr', 'move_mount', 'mount_setattr'] as const),
  ...(['fsopen', 'fsconfig', 'fsmount', 'fspick'] as const),
]

const DENIED_ON_X86_64: readonly SyscallName[] = [
  ...(['iopl', 'ioperm', 'create_module', 'get_kernel_syms', 'query_module'] as const),
]

const ALWAYS_ALLOWED: readonly SyscallName[] = [
  ...(['ptrace', 'seccomp', 'prctl', 'capset', 'memfd_create', 'execve', 'execveat'] as const),
  ...(['landlock_create_ruleset', 'landlock_add_rule', 'landlock_restrict_self'] as const),
  ...(['pidfd_open', 'pidfd_send_signal', 'close_range', 'faccessat2', 'epoll_pwait2'] as const),
  ...(['sendmsg', 'recvmsg', 'recvfrom', 'getsockopt', 'setsockopt', 'shutdown'] as const),
  ...(['process_madvise', 'process_mrelease', 'memfd_secret', 'futex_waitv', 'cachestat'] as const),
  ...(['name_to_handle_at', 'statmount', 'listmount', 'setxattrat', 'file_getattr', 'file_setattr'] as const),
  ...(['adjtimex', 'clock_adjtime', 'getrandom', 'statx', 'rseq', 'membarrier', 'wait4', 'waitid'] as const),
]

const HOOKS_OF_TRACERS: readonly SyscallName[] = ['uretprobe', 'uprobe']

/** Arguments must not matter: neither none nor all bits of all of them. */
const ARGUMENTS = [[], [~0n, ~0n, ~0n, ~0n, ~0n, ~0n]]

describe.each(ALL_OPTIONS)('$arch, $network, nested sandbox $nestedSandbox', (options) => {
  test.each(DENIED)('%s fails with EPERM', (name) => {
    for (const args of ARGUMENTS) expect(outcomeOf(options, name, args)).toEqual(NOT_PERMITTED)
  })

  test.each(DENIED_UNLESS_NESTED)('%s fails with EPERM unless a nested sandbox may call it', (name) => {
    const expected = options.nestedSandbox ? ALLOWED : NOT_PERMITTED
    for (const args of ARGUMENTS) expect(outcomeOf(options, name, args)).toEqual(expected)
  })

  test('clone3 is missing unless a nested sandbox may call it', () => {
    expect(outcomeOf(options, 'clone3')).toEqual(options.nestedSandbox ? ALLOWED : NOT_IMPLEMENTED)
  })

  test.each(ALWAYS_ALLOWED)('%s is allowed', (name) => {
    for (const args of ARGUMENTS) expect(outcomeOf(options, name, args)).toEqual(ALLOWED)
  })
})

describe.each(ALL_OPTIONS.filter(({ arch }) => arch === 'x86_64'))(
  '$arch, $network, nested sandbox $nestedSandbox',
  (options) => {
    test.each(DENIED_ON_X86_64)('%s fails with EPERM', (name) => {
      expect(outcomeOf(options, name)).toEqual(NOT_PERMITTED)
    })

    test.each(HOOKS_OF_TRACERS)('%s, which the kernel itself plants, works', (name) => {
      expect(outcomeOf(options, name)).toEqual(ALLOWED)
    })
  },
)

test('what is denied on x86_64 alone does not exist on aarch64', () => {
  const found = [...DENIED_ON_X86_64, ...HOOKS_OF_TRACERS].filter(
    (name) => SYSCALLS.aarch64[name] !== undefined,
  )
  expect(found).toEqual([])
})

/** Calls of x86_64 that are not allowed when all arguments are 0. */
function refusedIn(network: NetworkMode) {
  return (Object.keys(SYSCALLS.x86_64) as SyscallName[])
    .filter((name) => outcomeOf({ arch: 'x86_64', network }, name).type !== 'allow')
    .toSorted()
}

test('nothing else is refused', () => {
  const always = [
    ...DENIED,
    ...DENIED_UNLESS_NESTED,
    ...DENIED_ON_X86_64,
    'clone3',
    'openat2',
    'socket',
    'socketpair',
  ]
  const addressing = ['connect', 'bind', 'listen', 'accept', 'accept4']
  expect(refusedIn('private-network')).toEqual(always.toSorted())
  expect(refusedIn('host-network')).toEqual(always.toSorted())
  expect(refusedIn('no-network')).toEqual([...always, ...addressing].toSorted())
})
