import type { HostFacts } from '@linux-sandbox/host-probe'
import { fine, finding, type Finding, type FindingId } from './finding.js'
import { allowByAppArmor, allowSandboxes, setKernelSetting, settingName } from './remedies.js'
import type { Trial } from './trial.js'

/** What bwrap says, in every version seen so far, and what is said of the native program, when the kernel refuses it a user namespace. */
export const REFUSED_NAMESPACE =
  /No permissions to creat|creating new namespace failed|kernel does not support user namespaces|setting up [ug]id map|Failed RTM_NEW|new namespaces could not be made|ids could not be mapped|loopback could not be brought up/i

/** ENOSPC: a limit here or in an outer namespace, or 32 namespaces in each other. @see user_namespaces(7) */
const LIMIT_REACHED = /ENOSPC|max_\*_namespaces|No space left/

/** A namespace that was made and then has no power: a security module does that, and no filter of system calls. */
const POWERLESS_NAMESPACE =
  /setting up [ug]id map|Failed RTM_NEW|ids could not be mapped|loopback could not be brought up/i

export const NO_SANDBOX = 'no command can run in a sandbox with namespaces'

/** Since Linux 5.12 root can map itself only with CAP_SETFCAP. @see user_namespaces(7) */
const UNMAPPABLE_ROOT = /setting up uid map: Operation not permitted|ids could not be mapped \(EPERM\)/i

/** A limit that nobody reaches by accident. */
const ENOUGH_NAMESPACES = '15000'

/** Whether user namespaces can be made, and if not, by what. */
export function userNamespaceFinding(facts: HostFacts, trial: Trial, bwrapPath: string): Finding {
  if (trial.kind === 'ran') return fine('user-namespaces', allowedText(facts), 'a sandbox was started')
  const said = trial.kind === 'failed' && REFUSED_NAMESPACE.test(trial.message) ? trial.message : undefined
  const cause = causeOf(facts, said)
  if (cause === undefined) return untriedFinding(facts, trial)
  const { id, what, found, remedy } = describe(cause, facts, { bwrapPath, said })
  const how = [found, ...(said === undefined ? [] : [`a sandbox was tried: ${said}`])].join('; ')
  return finding(id, { what, how, cost: NO_SANDBOX, remedy })
}

function allowedText({ userNamespaces, appArmor }: HostFacts): string {
  if (userNamespaces.kind === 'allowed') return 'user namespaces can be made'
  const by =
    appArmor.bwrapProfile === 'none' ? 'something lets bwrap through' : 'a profile lets bwrap through'
  return `user namespaces can be made: ${userNamespaces.setting} forbids them, but ${by}`
}

type Cause = Extract<FindingId, `user-namespaces-${string}`>

/**
 * What refuses user namespaces. `said` is what the launcher said when it was refused one; without it, only what refuses for
 * certain counts.
 */
export function causeOf(facts: HostFacts, said: string): Cause
export function causeOf(facts: HostFacts, said: string | undefined): Cause | undefined
export function causeOf(facts: HostFacts, said: string | undefined): Cause | undefined {
  const { kernel, userNamespaces, process, isInChroot } = facts
  if (facts.hasProc && !kernel.hasUserNamespaces) return 'user-namespaces-absent'
  if (userNamespaces.kind === 'forbidden' && userNamespaces.by !== 'apparmor') {
    return userNamespaces.by === 'limit' ? 'user-namespaces-limit' : 'user-namespaces-switch'
  }
  if (said !== undefined && LIMIT_REACHED.test(said)) return 'user-namespaces-limit'
  if (facts.hasProc && !process.isMapped) return 'user-namespaces-unmapped'
  if (isInChroot) return 'user-namespaces-chroot'
  const isByAppArmor = userNamespaces.kind === 'forbidden'
  if (isByAppArmor && (said !== undefined || facts.appArmor.bwrapProfile === 'none')) {
    return 'user-namespaces-apparmor'
  }
  if (said === undefined) return undefined
  if (process.isFiltered && !POWERLESS_NAMESPACE.test(said)) return 'user-namespaces-filter'
  return 'user-namespaces-refused'
}

/**
 * Whether a container's filter refuses them, as far as can be told without trying: the filter that Docker and Kubernetes have by
 * default lets nobody without CAP_SYS_ADMIN make one.
 */
export function isDoubtful({ container, process }: HostFacts): boolean {
  const hasStrictDefault = container?.kind === 'docker' || container?.kind === 'kubernetes'
  return hasStrictDefault && process.isFiltered && !process.hasAdminInBounds
}

function untriedFinding(facts: HostFacts, trial: Trial): Finding {
  const reason = trial.kind === 'not-tried' ? trial.reason : 'the sandbox failed for another reason'
  if (!isDoubtful(facts)) {
    return fine('user-namespaces', 'nothing is known that forbids user namespaces', `/proc/sys; ${reason}`)
  }
  return doubtfulFinding(facts)
}

export function doubtfulFinding({ container }: HostFacts): Finding {
  return finding('user-namespaces-doubtful', {
    what: 'the seccomp filter of this container is likely to refuse user namespaces',
    how: `${container?.evidence ?? ''}; /proc/self/status has a seccomp filter and no CAP_SYS_ADMIN; not tried`,
    cost: `if it does, ${NO_SANDBOX}`,
    remedy: allowSandboxes(container),
  })
}

interface Description {
  readonly id: Cause
  readonly what: string
  readonly found: string
  readonly remedy: readonly string[]
}

interface Attempt {
  readonly bwrapPath: string
  /** What the launcher said when it was refused. */
  readonly said?: string | undefined
}

/** What each cause comes to on this host: the one source of what the doctor finds and of what the error of a launcher advises. */
export function describe(id: Cause, facts: HostFacts, { bwrapPath, said = '' }: Attempt): Description {
  const { userNamespaces } = facts
  const setting = userNamespaces.kind === 'forbidden' ? userNamespaces.setting : ''
  const found = userNamespaces.kind === 'forbidden' ? `${setting} is ${userNamespaces.value}` : ''
  switch (id) {
    case 'user-namespaces-absent':
      return {
        id,
        what: 'this kernel has no user namespaces',
        found: '/proc/self/uid_map does not exist',
        remedy: ['boot a kernel with CONFIG_USER_NS'],
      }
    case 'user-namespaces-limit':
      return limitDescription(setting)
    case 'user-namespaces-switch':
      return {
        id,
        what: 'a switch of the kernel keeps ordinary users from making user namespaces',
        found,
        remedy: setKernelSetting(settingName(setting), '1'),
      }
    case 'user-namespaces-apparmor':
      return {
        id,
        what: 'AppArmor keeps programs without a profile of their own from using user namespaces',
        found: `${found}; ${profileText(facts)}`,
        remedy: allowByAppArmor(facts, bwrapPath),
      }
    case 'user-namespaces-filter':
      return {
        id,
        what: `a seccomp filter${facts.container === undefined ? '' : ' of this container'} refuses user namespaces`,
        found: `Seccomp in /proc/self/status is 2${facts.container === undefined ? '' : `; ${facts.container.evidence}`}`,
        remedy: allowSandboxes(facts.container),
      }
    case 'user-namespaces-chroot':
      return {
        id,
        what: 'this process is in a chroot, where the kernel makes no user namespaces',
        found: '/ is not the root of the mount namespace',
        remedy: [
          'enter the directory by a container instead: systemd-nspawn -D DIRECTORY, or podman run --rootfs DIRECTORY',
        ],
      }
    case 'user-namespaces-unmapped':
      return {
        id,
        what: `user ${facts.process.uid} has no number in this user namespace, so it can make no other`,
        found: '/proc/self/uid_map and gid_map do not have it',
        remedy: [
          'map the user in the namespace around: unshare --user --map-root-user or --map-current-user',
        ],
      }
    default:
      return {
        id,
        what: 'something on this host refuses user namespaces',
        found: refusalText(facts),
        remedy: [
          ...(UNMAPPABLE_ROOT.test(said)
            ? ['grant CAP_SETFCAP, without which root cannot map itself (Docker: --cap-add SETFCAP)']
            : []),
          ...(facts.appArmor.confinement === undefined
            ? []
            : [`allow userns in the AppArmor profile ${facts.appArmor.confinement}`]),
          ...(facts.container === undefined ? [] : allowSandboxes(facts.container)),
          'ask the kernel for the reason: dmesg, or journalctl -k -g denied',
        ],
      }
  }
}

function limitDescription(setting: string): Description {
  const id = 'user-namespaces-limit'
  const name = 'user.max_user_namespaces'
  if (setting !== '') {
    return {
      id,
      what: `the limit ${name} is 0`,
      found: `${setting} is 0`,
      remedy: setKernelSetting(name, ENOUGH_NAMESPACES),
    }
  }
  return {
    id,
    what: 'a limit on user namespaces is reached, here or in a namespace around this one, or they are 32 deep',
    found: 'the kernel said ENOSPC',
    remedy: [...setKernelSetting(name, ENOUGH_NAMESPACES), 'outside of the container too, if this is one'],
  }
}

function profileText({ appArmor }: HostFacts): string {
  switch (appArmor.bwrapProfile) {
    case 'loaded':
      return 'a profile for bwrap is loaded, but not for this bwrap'
    case 'installed':
      return 'a profile for bwrap is in /etc/apparmor.d, but does not hold'
    case 'none':
      return 'no profile for bwrap is loaded'
  }
}

function refusalText({ appArmor, container }: HostFacts): string {
  const found = [
    ...(container === undefined ? [] : [container.evidence]),
    ...(appArmor.confinement === undefined ? [] : [`AppArmor profile ${appArmor.confinement}`]),
  ]
  return found.length === 0 ? 'no switch in /proc/sys forbids them' : found.join('; ')
}
