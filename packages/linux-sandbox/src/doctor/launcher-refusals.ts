import type { HostFacts } from '@linux-sandbox/host-probe'
import type { FindingId } from './finding.js'
import { TMP_MISSING } from './place-findings.js'
import { allowSandboxes, uncoverProc } from './remedies.js'

/** Something about the host that bwrap or the native program fails at, other than at its user namespace. */
export interface Refusal {
  readonly wording: RegExp
  readonly id: FindingId
  readonly what: string
  readonly remedy: (facts: HostFacts) => readonly string[]
}

/**
 * By what bubblewrap 0.4 to 0.12 say in C.UTF-8, which has no translations, and by what is said of the native program. The first that fits
 * counts.
 */
const REFUSALS: readonly Refusal[] = [
  {
    wording: /Unexpected capabilities/,
    id: 'sandbox-capabilities',
    what: 'bwrap refuses to start with capabilities',
    remedy: () => ['start without ambient capabilities: setpriv --ambient-caps=-all --inh-caps=-all COMMAND'],
  },
  {
    wording: /fchdir to oldroot|pivot_root|new root could not be entered/,
    id: 'sandbox-root-refused',
    what: 'the root of this host cannot be exchanged, as under proot, in a chroot or in an initramfs',
    remedy: () => [
      'leave an initramfs by switch_root(8) before sandboxes are started',
      'else use a container or virtual machine that has a root file system of its own',
    ],
  },
  {
    wording: /Failed to mount tmpfs: No such file or directory/i,
    id: 'sandbox-failed',
    ...TMP_MISSING,
  },
  {
    wording: /Can't mount proc/,
    id: 'sandbox-mounts-refused',
    what: 'parts of /proc are covered, so the kernel lets nobody mount a fresh one',
    remedy: ({ container, procMasks }) => uncoverProc(container, procMasks),
  },
  {
    wording:
      /Failed to make \/|Failed to mount|[Cc]an't (re)?mount|setting up newroot|Can't bind mount|could (not )?be mounted/,
    id: 'sandbox-mounts-refused',
    what: 'something refuses mounts, though a user namespace can be made',
    remedy: ({ container }) => [
      ...allowSandboxes(container),
      'SELinux, AppArmor: ask the kernel for the reason: journalctl -k -g denied',
    ],
  },
]

/** What was refused when `said` was said. */
export function refusalIn(said: string): Refusal | undefined {
  return REFUSALS.find(({ wording }) => wording.test(said))
}
