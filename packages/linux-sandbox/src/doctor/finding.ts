/** `problem`: commands cannot run in a sandbox. `warning`: they can, with something to know. */
export type Severity = 'ok' | 'warning' | 'problem'

/**
 * Everything that an examination can find, and how much it matters. Identifiers never change once released.
 * docs/hosts.md explains each; a test compares the two.
 */
export const FINDING_SEVERITIES = {
  platform: 'ok',
  'platform-unsupported': 'problem',
  'native-program': 'ok',
  'native-program-missing': 'problem',
  'proc-missing': 'problem',
  kernel: 'ok',
  'kernel-old': 'warning',
  'kernel-too-old': 'problem',
  wsl: 'ok',
  wsl1: 'problem',
  container: 'ok',
  user: 'ok',
  bwrap: 'ok',
  'bwrap-unneeded': 'ok',
  'bwrap-missing': 'problem',
  'bwrap-too-old': 'problem',
  'native-launch': 'ok',
  'native-launch-refused': 'warning',
  'user-namespaces': 'ok',
  'user-namespaces-doubtful': 'warning',
  'user-namespaces-absent': 'problem',
  'user-namespaces-limit': 'problem',
  'user-namespaces-switch': 'problem',
  'user-namespaces-apparmor': 'problem',
  'user-namespaces-filter': 'problem',
  'user-namespaces-chroot': 'problem',
  'user-namespaces-unmapped': 'problem',
  'user-namespaces-refused': 'problem',
  seccomp: 'ok',
  'seccomp-missing': 'problem',
  sandbox: 'ok',
  'sandbox-mounts-refused': 'problem',
  'sandbox-root-refused': 'problem',
  'sandbox-capabilities': 'problem',
  'sandbox-failed': 'problem',
  proc: 'ok',
  'proc-refused': 'warning',
  landlock: 'ok',
  'landlock-missing': 'warning',
  memory: 'ok',
  'memory-strict': 'warning',
  'memory-limited': 'warning',
  'open-files': 'ok',
  'open-files-few': 'warning',
  'shared-memory': 'ok',
  'shared-memory-missing': 'warning',
  tmp: 'ok',
  'tmp-missing': 'warning',
  'file-system': 'ok',
  'file-system-overlay': 'warning',
  'file-system-network': 'warning',
  'file-system-automount': 'warning',
  'file-system-fuse': 'warning',
  'file-system-case-insensitive': 'warning',
  'hard-links': 'ok',
  'hard-linked': 'warning',
} as const satisfies Readonly<Record<string, Severity>>

export type FindingId = keyof typeof FINDING_SEVERITIES

/** Something about this host. Sentences for people; `id` and `severity` for programs. */
export interface Finding {
  readonly id: FindingId
  readonly severity: Severity
  /** What is so. */
  readonly what: string
  /** How it was found: the file that says so, or what was tried. */
  readonly how: string
  /** What it costs; empty when nothing. */
  readonly cost: string
  /** What helps, one command or sentence on each line; empty when nothing is wrong. */
  readonly remedy: string
}

/** That something is as it should be. */
export function fine(id: FindingId, what: string, how: string): Finding {
  return { id, severity: FINDING_SEVERITIES[id], what, how, cost: '', remedy: '' }
}

/** That something is not. */
export function finding(
  id: FindingId,
  { remedy, ...rest }: { what: string; how: string; cost: string; remedy: readonly string[] },
): Finding {
  return { id, severity: FINDING_SEVERITIES[id], ...rest, remedy: remedy.join('\n') }
}
