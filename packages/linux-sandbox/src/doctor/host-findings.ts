import { isAtLeast, type HostFacts } from '@linux-sandbox/host-probe'
import { fine, finding, type Finding } from './finding.js'

/** The kernel, and what it is in. */
export function hostFindings(facts: HostFacts): Finding[] {
  return [kernelFinding(facts), wslFinding(facts), containerFinding(facts), userFinding(facts)]
}

/** With statx(2), by which mounts are verified; nothing takes its place. */
const NEEDED_KERNEL = [4, 11] as const

/** With pidfd_open(2), close_range(2) and openat2(2). Older ones are made do with. */
const GOOD_KERNEL = [5, 9] as const

function kernelFinding({ kernel: { release } }: HostFacts): Finding {
  const how = '/proc/sys/kernel/osrelease'
  if (!isAtLeast(release, NEEDED_KERNEL)) {
    return finding('kernel-too-old', {
      what: `Linux ${release} is too old`,
      how,
      cost: 'mounts cannot be verified, so no command is started',
      remedy: [`boot Linux ${NEEDED_KERNEL.join('.')} or newer`],
    })
  }
  if (isAtLeast(release, GOOD_KERNEL)) return fine('kernel', `Linux ${release}`, how)
  return finding('kernel-old', {
    what: `Linux ${release} lacks calls that make the end of a sandbox exact`,
    how,
    cost: 'the death of the caller may be noticed when only its thread ends; descriptors are closed one by one',
    remedy: [`boot Linux ${GOOD_KERNEL.join('.')} or newer`],
  })
}

export function wslFinding({ wsl }: Pick<HostFacts, 'wsl'>): Finding {
  const how = '/proc/version'
  if (wsl === 'none') return fine('wsl', 'this is no Windows Subsystem for Linux', how)
  if (wsl === 'WSL2') return fine('wsl', 'WSL2 has a Linux kernel of its own', how)
  return finding('wsl1', {
    what: 'this is WSL1, which has no user namespaces',
    how,
    cost: 'no command can run in a sandbox of bwrap; bwrap is not even started',
    remedy: ['in Windows: wsl --set-version DISTRIBUTION 2   (wsl --list --verbose names it)'],
  })
}

function containerFinding({ container, process }: HostFacts): Finding {
  const filter = process.isFiltered ? 'with a seccomp filter' : 'without a seccomp filter'
  if (container === undefined) {
    const what = process.isFiltered ? 'no container, but a seccomp filter is in force' : 'no container'
    return fine('container', what, '/proc/1/cgroup, /proc/self/status, marker files')
  }
  const name = container.kind === 'other' ? 'a container' : `a container: ${container.kind}`
  return fine('container', `${name}, ${filter}`, `${container.evidence}; /proc/self/status`)
}

function userFinding({ process: { uid, isPrivileged, isInFirstUserNamespace } }: HostFacts): Finding {
  const how = '/proc/self/status, /proc/self/uid_map'
  if (uid !== 0) return fine('user', `an ordinary user, ${uid}`, how)
  if (isPrivileged) {
    return fine('user', 'root; in a sandbox without its privilege over the files of others', how)
  }
  const where = isInFirstUserNamespace ? 'without CAP_SYS_ADMIN' : 'of a user namespace'
  return fine('user', `root ${where}, to whom the same applies as to an ordinary user`, how)
}

/** What of the kernel holds a command beside namespaces. `landlockAbi`: `undefined` when it could not be asked. */
export function confinementFindings(facts: HostFacts, landlockAbi: number | undefined): Finding[] {
  return [seccompFinding(facts), ...(landlockAbi === undefined ? [] : [landlockFinding(landlockAbi)])]
}

function seccompFinding({ kernel: { hasSeccompFilters } }: HostFacts): Finding {
  const how = '/proc/sys/kernel/seccomp, /proc/self/status'
  if (hasSeccompFilters) return fine('seccomp', 'the kernel has seccomp filters', how)
  return finding('seccomp-missing', {
    what: 'this kernel has no seccomp filters',
    how,
    cost: 'no command can run in a sandbox',
    remedy: ['boot a kernel with CONFIG_SECCOMP_FILTER'],
  })
}

function landlockFinding(abi: number): Finding {
  const how = 'landlock_create_ruleset(2)'
  if (abi > 0) return fine('landlock', `Landlock, ABI ${abi}`, how)
  return finding('landlock-missing', {
    what: 'the kernel has no Landlock, or it is off',
    how,
    cost: 'the backend landlock cannot be used; bwrap needs none',
    remedy: [
      'add landlock to the list of lsm= on the kernel line, for example: lsm=landlock,lockdown,yama,integrity,apparmor,bpf',
      'or boot Linux 5.13 or newer with CONFIG_SECURITY_LANDLOCK',
    ],
  })
}
