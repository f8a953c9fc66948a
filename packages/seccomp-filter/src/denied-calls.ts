import type { Arch } from './arch.js'
import type { SyscallName } from './syscall-table.js'

/** Calls that fail with EPERM whatever their arguments. */
export interface DeniedCalls {
  readonly why: string
  readonly names: readonly SyscallName[]
  /** The only architecture that has them; both unless given. */
  readonly only?: Arch
  /** Whether a sandbox inside the sandbox needs them. */
  readonly forNestedSandbox?: true
}

/**
 * Denied in every mode. Where an entry is not needed for safety (the kernel asks for a capability that the command
 * does not have, or no longer has the call), it costs nothing, because it closes a gap between two denied numbers,
 * or it is a second barrier for a launcher that leaves capabilities.
 *
 * Left allowed on purpose:
 *
 * - ptrace(2): reaches only processes in the namespace of the command, and since Linux 4.8 a call is filtered after
 *   a tracer has changed it. process_madvise(2) and process_mrelease(2) ask for the same rights.
 * - seccomp(2), also with a listener, and Landlock: programs shut themselves in further. Of two filters the stricter
 *   action counts, so a listener cannot allow what is denied here.
 * - name_to_handle_at(2), statmount(2), listmount(2): they tell what /proc/self/mountinfo tells; a handle is of no
 *   use without open_by_handle_at(2).
 * - adjtimex(2) and clock_adjtime(2): time daemons and their tools read with them; to write takes a capability.
 * - memfd_create(2), memfd_secret(2), modify_ldt(2): they change only the memory of the caller.
 */
export const DENIED_CALLS: readonly DeniedCalls[] = [
  {
    why: 'the kernel makes queued calls that no filter sees',
    names: ['io_uring_setup', 'io_uring_enter', 'io_uring_register'],
  },
  {
    why: 'keyrings are not in a namespace: the keys are those of the user',
    names: ['add_key', 'request_key', 'keyctl'],
  },
  {
    why: 'loads code into the kernel, or looks at everything that runs on it',
    names: ['bpf', 'perf_event_open'],
  },
  {
    why: 'replaces or extends the kernel',
    names: ['kexec_load', 'kexec_file_load', 'init_module', 'finit_module', 'delete_module'],
  },
  {
    why: 'replaces or extends the kernel',
    names: ['create_module', 'get_kernel_syms', 'query_module'],
    only: 'x86_64',
  },
  {
    why: 'holds the kernel inside a page fault for as long as it likes, which exploits of races need',
    names: ['userfaultfd'],
  },
  {
    why: 'reads, writes or compares another process without stopping it',
    names: ['process_vm_readv', 'process_vm_writev', 'kcmp'],
  },
  {
    why: 'takes a descriptor out of another process',
    names: ['pidfd_getfd'],
  },
  {
    why: 'opens a file by number, past every directory and mount on the way to it',
    names: ['open_by_handle_at'],
  },
  {
    why: 'changes what is mounted, and so what the policy hides',
    names: ['mount', 'umount2', 'pivot_root', 'chroot'],
    forNestedSandbox: true,
  },
  {
    why: 'changes what is mounted, and so what the policy hides',
    names: [
      'open_tree',
      'open_tree_attr',
      'move_mount',
      'fsopen',
      'fsconfig',
      'fsmount',
      'fspick',
      'mount_setattr',
    ],
    forNestedSandbox: true,
  },
  {
    why: 'enters a namespace outside the sandbox',
    names: ['setns'],
    forNestedSandbox: true,
  },
  {
    why: 'renames the host',
    names: ['sethostname', 'setdomainname'],
    forNestedSandbox: true,
  },
  {
    why: 'watches files on which no directory leads, and asks before others may open them',
    names: ['fanotify_init'],
  },
  {
    why: 'reads the log of the kernel, which gives its addresses away',
    names: ['syslog'],
  },
  {
    why: 'changes the machine for everyone: clock, swap, quota, accounting, power, terminal',
    names: [
      'settimeofday',
      'clock_settime',
      'swapon',
      'swapoff',
      'quotactl',
      'quotactl_fd',
      'acct',
      'reboot',
      'vhangup',
      'lookup_dcookie',
      'nfsservctl',
    ],
  },
  {
    why: 'gives access to the ports of the processor',
    names: ['iopl', 'ioperm'],
    only: 'x86_64',
  },
]
