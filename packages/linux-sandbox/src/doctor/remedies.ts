import type { Container, HostFacts } from '@linux-sandbox/host-probe'

/** Where settings are kept that last beyond a restart. @see sysctl.d(5) */
const SETTINGS_FILE = '/etc/sysctl.d/60-linux-sandbox.conf'

/** Changes a setting of the kernel now and for every start. */
export function setKernelSetting(name: string, value: string): string[] {
  return [`sysctl -w ${name}=${value}`, `echo '${name} = ${value}' >> ${SETTINGS_FILE}`]
}

/** What is wrong and what helps, on one line. */
export function hintOf({ what, remedy }: { what: string; remedy: readonly string[] }): string {
  return `${what}: ${remedy.join('; ').replaceAll(':; ', ': ')}`
}

/** A setting's name as sysctl(8) has it. */
export function settingName(path: string): string {
  return path.replace('/proc/sys/', '').replaceAll('/', '.')
}

/** What lets a container make user namespaces and mount in them, for whoever starts it. */
export function allowSandboxes(container: Container | undefined): string[] {
  switch (container?.kind) {
    case 'docker':
      return [
        'docker run --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined …',
      ]
    case 'podman':
      return [
        'podman run --security-opt seccomp=unconfined --security-opt label=disable --security-opt unmask=ALL …',
      ]
    case 'kubernetes':
      return [
        'in the securityContext of the container: seccompProfile: {type: Unconfined}, appArmorProfile: {type: Unconfined}',
      ]
    case 'lxc':
      return [ALLOW_NESTING]
    default:
      return [
        'allow unshare, clone with CLONE_NEWUSER, mount, umount2 and pivot_root in the seccomp filter of whatever started this process',
        'inside a sandbox of linux-sandbox: start the outer one with nestedSandbox',
      ]
  }
}

/** What uncovers `/proc`: for whoever starts the container, and for whoever mounted something there. */
export function uncoverProc(container: Container | undefined, masks: readonly string[]): string[] {
  const uncovered = masks.length > 0 ? [`umount ${masks.join(' ')}`] : ['mount -t proc proc /proc']
  switch (container?.kind) {
    case 'docker':
      return ['docker run --security-opt systempaths=unconfined …', ...uncovered]
    case 'podman':
      return ['podman run --security-opt unmask=ALL …', ...uncovered]
    case 'kubernetes':
      return ['in the pod: hostUsers: false; in the securityContext of the container: procMount: Unmasked']
    case 'lxc':
      return [ALLOW_NESTING]
    default:
      return uncovered
  }
}

const ALLOW_NESTING =
  'lxc config set NAME security.nesting true   (Incus: incus config set NAME security.nesting=true)'

/** What lets bwrap through where AppArmor restricts user namespaces: the profile for it, or the switch. */
export function allowByAppArmor({ appArmor }: HostFacts, bwrapPath: string): string[] {
  const { shippedProfile = '/usr/share/apparmor/extra-profiles/bwrap-userns-restrict' } = appArmor
  const name = shippedProfile.slice(shippedProfile.lastIndexOf('/') + 1)
  const loads = [
    ...(appArmor.shippedProfile === undefined ? ['apt-get install apparmor-profiles'] : []),
    `cp ${shippedProfile} /etc/apparmor.d/${name}`,
    `apparmor_parser -r /etc/apparmor.d/${name}`,
  ]
  const switches = setKernelSetting('kernel.apparmor_restrict_unprivileged_userns', '0')
  // The profile is for one path only.
  if (bwrapPath !== '/usr/bin/bwrap') {
    return ['use /usr/bin/bwrap, for which Ubuntu has a profile, or for all programs:', ...switches]
  }
  return [...loads, 'or, for all programs:', ...switches]
}
