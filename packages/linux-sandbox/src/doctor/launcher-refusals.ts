import type { HostFacts } from '@linux-sandbox/host-probe'
import type { FindingId } from './finding.js'
import { TMP_MISSING } from './place-findings.js'
import { allowSandboxes, uncoverProc } from './remedies.js'

/** Something about the host that bwrap fails at, other than at its user namespace. */
export interface Refusal {
  readonly wording: RegExp
  readonly id: FindingId
  readonly what: string
  readonly remedy: (facts: HostFacts) => readonly string[]
}

/** By what bubblewrap 0.4 to 0.12 say in C.UTF-8: it has no translations. The first that fits counts. */
const REFUSALS: readonly Refusal[] = [
  {
    wording: /Unexpected capabilities/,
    id: 'sandbox-capabilities',
    what: 'bwrap refuses to start with capabilities',
    remedy: () => ['start without ambient capabilities: setpriv --ambient-caps=-all --inh-caps=-all COMMAND'],
  },
  {
    wording: /fchdir to oldroot|pivot_root/,
    id: 'sandbox-root-refused',
    what: 'the root of this host cannot be exchanged, as under proot, in a chroot or in an initramfs',
    remedy: () => [
      'leave an initramfs by switch_root(8) before sandboxes are started',
      'else use a container or virtual machine that has a root file system of its own',
    ],
  },
  {
    wording: /Failed to mount tmpfs: No such file or directory/i,
    id: 'tmp-missing',
    ...TMP_MISSING,
  },
  {
    wording: /Can't mount proc/,
    id: 'sandbox-mounts-refused',
    what: 'parts of /proc are covered, so the kernel lets nobody mount a fresh one',
    remedy: ({ container, procMasks }) => uncoverProc(container, procMasks),
  },
  {
    wording: /Failed to make \/|Failed to mount|[Cc]an't (re)?mount|setting up newroot|Can't bind mount/,
    id: 'sandbox-mounts-refused',
    what: 'something refuses to let bwrap mount, though it can make a user namespace',
    remedy: ({ container }) => [
      ...allowSandboxes(container),
      'SELinux, AppArmor: ask the kernel for the reason: journalctl -k -g denied',
    ],
  },
]

/** What bwrap was refused when it has said `said`. */
export function refusalIn(said: string): Refusal | undefined {
  return REFUSALS.find(({ wording }) => wording.test(said))
}
