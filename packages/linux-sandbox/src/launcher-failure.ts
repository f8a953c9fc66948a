import { SandboxSetupError } from '@linux-sandbox/errors'
import { describeUserNamespaces, type UserNamespaces } from '@linux-sandbox/host-probe'
import type { LauncherFailedReport, SuperviseRequest } from '@linux-sandbox/native'
import { errnoName } from './errno-name.js'

/** What a hint depends on besides what bwrap has said. */
export interface LauncherCircumstances {
  readonly launcher: string
  readonly userNamespaces: UserNamespaces
  /** The signal that ended bwrap. */
  readonly signal: number | null
  /** Why it was killed or could not be started; 0 when it ended by itself. */
  readonly errno: number
}

/** Source: asm-generic/errno.h. */
const ETIMEDOUT = 110

/** The error for a launcher that ended before the command could start. */
export function launcherError(
  { text, exitCode, signal, errno = 0 }: LauncherFailedReport,
  {
    launcher = 'linux-sandbox-native',
    setupTimeoutMs,
  }: Pick<SuperviseRequest, 'launcher' | 'setupTimeoutMs'>,
): SandboxSetupError {
  const said = text.trim().replaceAll('\n', '; ')
  const userNamespaces = describeUserNamespaces(process.geteuid?.() === 0)
  return new SandboxSetupError({ step: 'launcher', errno }, reason(), {
    hint: launcherHint(said, { launcher, userNamespaces, signal, errno }),
  })

  function reason(): string {
    if (errno === ETIMEDOUT) {
      const end = said === '' ? '' : `: ${said}`
      return `${launcher} was killed, for there was no sandbox after ${setupTimeoutMs} ms${end}`
    }
    if (said !== '') return said
    if (errno !== 0) return `${launcher} could not be started (${errnoName(errno)})`
    return signal === null
      ? `${launcher} ended with status ${exitCode}`
      : `${launcher} was ended by signal ${signal}`
  }
}

/** What helps when bwrap has said `said`. */
export function launcherHint(said: string, circumstances: LauncherCircumstances): string {
  const { launcher, signal, errno } = circumstances
  if (errno === ETIMEDOUT) {
    return 'see what hangs, such as a network file system that does not answer; on a slow host, allow more by setupTimeoutMs'
  }
  const known = CAUSES.find(({ wording }) => wording.test(said))
  if (known !== undefined) return known.hint(circumstances)
  if (errno !== 0) return 'this user has reached a limit; see ulimit -a'
  if (signal !== null)
    return 'somebody or the kernel killed it, for want of memory or by a seccomp filter: dmesg'
  return `try it alone: ${launcher} --unshare-user --ro-bind / / true`
}

interface Cause {
  /** Of bubblewrap 0.4 to 0.12, in C.UTF-8: it has no translations. */
  readonly wording: RegExp
  readonly hint: (circumstances: LauncherCircumstances) => string
}

/** Failures of bwrap that say something about the host. The first that fits counts. */
const CAUSES: readonly Cause[] = [
  {
    wording: /Unexpected capabilities but not setuid/,
    hint: () =>
      'this process passes capabilities on; drop them: setpriv --inh-caps=-all --ambient-caps=-all COMMAND',
  },
  {
    // ENOSPC of clone(2): the limit of this or an outer user namespace.
    wording: /Creating new namespace failed.*(No space left on device|ENOSPC)/i,
    hint: ({ userNamespaces }) =>
      forbiddenHint(userNamespaces) ??
      'the limit on user namespaces is reached, or they are nested too deep; as root: sysctl user.max_user_namespaces=10000',
  },
  {
    // Since Linux 5.12 root can map itself only with CAP_SETFCAP. Source: user_namespaces(7).
    wording: /setting up uid map: Operation not permitted/i,
    hint: ({ userNamespaces }) =>
      forbiddenHint(userNamespaces) ??
      'root without CAP_SETFCAP cannot have a user namespace; use another user, or grant it (Docker: --cap-add SETFCAP)',
  },
  {
    wording: /loopback: Failed RTM_NEW(ADDR|LINK)|setting up uid map|setting up gid map/i,
    hint: ({ userNamespaces }) =>
      forbiddenHint(userNamespaces) ??
      'a security module such as AppArmor or SELinux restricts what bwrap can do in a user namespace; look for its reason: dmesg',
  },
  {
    wording: /No permissions to creat|Creating new namespace failed|kernel does not support user namespaces/i,
    hint: ({ userNamespaces }) =>
      forbiddenHint(userNamespaces) ??
      "something refuses user namespaces, most often a container's seccomp filter; allow them (Docker: --security-opt seccomp=unconfined)",
  },
  {
    wording: /Failed to make \/ slave/,
    hint: () =>
      'the container refuses mounts; allow them (Docker: --security-opt seccomp=unconfined --security-opt apparmor=unconfined)',
  },
  {
    wording: /Can't mount proc/,
    hint: () =>
      'parts of /proc are covered, as in most containers (Docker: --security-opt systempaths=unconfined)',
  },
  {
    wording: /Failed to mount tmpfs: No such file or directory/i,
    hint: () => 'bwrap needs a directory /tmp; as root: mkdir -m 1777 /tmp',
  },
  {
    // What the native program says in the place of bwrap.
    wording: /cannot arrange descriptors/,
    hint: () => 'raise the limit on open files: ulimit -n 64',
  },
  {
    wording: /fchdir to oldroot|pivot_root/,
    hint: () =>
      'the root of this host cannot be exchanged, as under proot, in a chroot or in an initramfs; use a container or virtual machine that has a root file system of its own',
  },
]

/** What to do about the switch that forbids user namespaces, `undefined` where none does. */
function forbiddenHint(userNamespaces: UserNamespaces): string | undefined {
  if (userNamespaces.kind === 'allowed') return undefined
  const { setting, value } = userNamespaces
  const name = setting.replace('/proc/sys/', '').replaceAll('/', '.')
  return `this host forbids user namespaces by ${name} = ${value}; ${REMEDIES[name] ?? 'an administrator can change it'}`
}

const REMEDIES: Readonly<Record<string, string>> = {
  'kernel.apparmor_restrict_unprivileged_userns':
    'load an AppArmor profile for bwrap that has the rule userns, or as root: sysctl kernel.apparmor_restrict_unprivileged_userns=0',
  'kernel.unprivileged_userns_clone': 'as root: sysctl kernel.unprivileged_userns_clone=1',
  'user.max_user_namespaces': 'as root: sysctl user.max_user_namespaces=10000',
}
