import type { HostFacts } from '@linux-sandbox/host-probe'
import { expect, test } from 'vitest'
import { causeOf, isDoubtful, userNamespaceFinding } from '../../src/doctor/user-namespace-findings.ts'
import type { Trial } from '../../src/doctor/trial.ts'
import { HEALTHY, IN_DOCKER, RESTRICTED_BY_APPARMOR } from './host.ts'

/** What bwrap 0.8.0 and later ones say. */
const NO_PERMISSIONS =
  'bwrap: No permissions to create new namespace, likely because the kernel does not allow it'
const NO_PERMISSIONS_ONCE =
  'bwrap: No permissions to creating new namespace, likely because the kernel does not allow it'
const NO_PERMISSIONS_NOW = 'bwrap: No permissions to create a new namespace'
const NO_SPACE =
  'bwrap: Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)'
const NO_MAP = 'bwrap: setting up uid map: Permission denied'
const NO_LOOPBACK = 'bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted'

const SWITCHED_OFF: HostFacts = {
  ...HEALTHY,
  userNamespaces: {
    kind: 'forbidden',
    by: 'switch',
    setting: '/proc/sys/kernel/unprivileged_userns_clone',
    value: '0',
  },
}

function failed(message: string): Trial {
  return { kind: 'failed', code: 'SANDBOX_SETUP_FAILED', message, hint: '' }
}

test.each([
  {
    why: 'Debian switch',
    facts: SWITCHED_OFF,
    said: NO_PERMISSIONS,
    id: 'user-namespaces-switch',
    remedy: 'sysctl -w kernel.unprivileged_userns_clone=1',
  },
  {
    why: 'Ubuntu, no profile',
    facts: RESTRICTED_BY_APPARMOR,
    said: NO_MAP,
    id: 'user-namespaces-apparmor',
    remedy: 'apparmor_parser -r /etc/apparmor.d/bwrap-userns-restrict',
  },
  {
    why: 'Ubuntu, at loopback',
    facts: RESTRICTED_BY_APPARMOR,
    said: NO_LOOPBACK,
    id: 'user-namespaces-apparmor',
    remedy: 'sysctl -w kernel.apparmor_restrict_unprivileged_userns=0',
  },
  {
    why: 'Ubuntu, a profile for another bwrap',
    facts: {
      ...RESTRICTED_BY_APPARMOR,
      appArmor: { restrictsUserNamespaces: true, bwrapProfile: 'loaded' } as const,
    },
    said: NO_MAP,
    id: 'user-namespaces-apparmor',
    remedy: 'apparmor_parser',
  },
  {
    why: 'Docker',
    facts: IN_DOCKER,
    said: NO_PERMISSIONS_NOW,
    id: 'user-namespaces-filter',
    remedy: 'docker run --security-opt seccomp=unconfined',
  },
  {
    why: 'Docker, in older words',
    facts: IN_DOCKER,
    said: NO_PERMISSIONS_ONCE,
    id: 'user-namespaces-filter',
    remedy: 'docker run --security-opt seccomp=unconfined',
  },
  {
    why: 'Podman',
    facts: { ...IN_DOCKER, container: { kind: 'podman', evidence: '' } as const },
    said: NO_PERMISSIONS,
    id: 'user-namespaces-filter',
    remedy: 'podman run --security-opt seccomp=unconfined',
  },
  {
    why: 'Kubernetes',
    facts: { ...IN_DOCKER, container: { kind: 'kubernetes', evidence: '' } as const },
    said: NO_PERMISSIONS,
    id: 'user-namespaces-filter',
    remedy: 'seccompProfile: {type: Unconfined}',
  },
  {
    why: 'LXC',
    facts: { ...IN_DOCKER, container: { kind: 'lxc', evidence: '' } as const },
    said: NO_PERMISSIONS,
    id: 'user-namespaces-filter',
    remedy: 'security.nesting true',
  },
  {
    why: 'a limit around',
    facts: HEALTHY,
    said: NO_SPACE,
    id: 'user-namespaces-limit',
    remedy: 'sysctl -w user.max_user_namespaces=15000',
  },
  {
    why: 'a filter, but not at the filter',
    facts: IN_DOCKER,
    said: NO_MAP,
    id: 'user-namespaces-refused',
    remedy: 'dmesg',
  },
  {
    why: 'root without CAP_SETFCAP',
    facts: HEALTHY,
    said: 'bwrap: setting up uid map: Operation not permitted',
    id: 'user-namespaces-refused',
    remedy: '--cap-add SETFCAP',
  },
  {
    why: 'nothing known',
    facts: HEALTHY,
    said: NO_PERMISSIONS,
    id: 'user-namespaces-refused',
    remedy: 'dmesg',
  },
  {
    why: 'another security module',
    facts: { ...HEALTHY, appArmor: { ...HEALTHY.appArmor, confinement: 'snap.x (enforce)' } },
    said: NO_MAP,
    id: 'user-namespaces-refused',
    remedy: 'allow userns in the AppArmor profile snap.x (enforce)',
  },
  {
    why: 'no kernel support',
    facts: { ...HEALTHY, kernel: { ...HEALTHY.kernel, hasUserNamespaces: false } },
    said: NO_PERMISSIONS,
    id: 'user-namespaces-absent',
    remedy: 'CONFIG_USER_NS',
  },
])('refused with $why: $id', ({ facts, said, id, remedy }) => {
  const finding = userNamespaceFinding(facts, failed(said), '/usr/bin/bwrap')
  expect(finding).toMatchObject({ id, severity: 'problem' })
  expect(finding.how).toContain(said)
  expect(finding.remedy).toContain(remedy)
})

test.each([
  { why: 'a switch', facts: SWITCHED_OFF, cause: 'user-namespaces-switch' },
  { why: 'AppArmor without a profile', facts: RESTRICTED_BY_APPARMOR, cause: 'user-namespaces-apparmor' },
  {
    why: 'AppArmor with a profile, which may be enough',
    facts: {
      ...RESTRICTED_BY_APPARMOR,
      appArmor: { restrictsUserNamespaces: true, bwrapProfile: 'installed' } as const,
    },
    cause: undefined,
  },
  { why: 'a filter, of which nothing is known', facts: IN_DOCKER, cause: undefined },
  { why: 'nothing', facts: HEALTHY, cause: undefined },
])('without a word from the launcher, known for certain with $why: $cause', ({ facts, cause }) => {
  expect(causeOf(facts, undefined)).toBe(cause)
})

test('a sandbox that ran is worth more than a switch', () => {
  const ran: Trial = { kind: 'ran', proc: 'fresh' }
  const finding = userNamespaceFinding(RESTRICTED_BY_APPARMOR, ran, '/usr/bin/bwrap')
  expect(finding).toMatchObject({ id: 'user-namespaces', severity: 'ok' })
  expect(finding.what).toContain('apparmor_restrict_unprivileged_userns forbids them, but')
})

test('the profile of Ubuntu is no remedy for a bwrap elsewhere', () => {
  const { remedy } = userNamespaceFinding(RESTRICTED_BY_APPARMOR, failed(NO_MAP), '/opt/bin/bwrap')
  expect(remedy).not.toContain('apparmor_parser')
  expect(remedy).toContain('sysctl -w kernel.apparmor_restrict_unprivileged_userns=0')
})

test('a profile that is there already is not installed again', () => {
  const shippedProfile = '/usr/share/apparmor/extra-profiles/bwrap-userns-restrict'
  const facts = {
    ...RESTRICTED_BY_APPARMOR,
    appArmor: { ...RESTRICTED_BY_APPARMOR.appArmor, shippedProfile },
  }
  const words = (of: HostFacts) => userNamespaceFinding(of, failed(NO_MAP), '/usr/bin/bwrap').remedy
  expect(words(facts)).not.toContain('apt-get')
  expect(words(RESTRICTED_BY_APPARMOR)).toContain('apt-get install apparmor-profiles')
})

test('only the default filter of Docker and Kubernetes is expected to refuse', () => {
  const filtered = { ...IN_DOCKER.process }
  expect(isDoubtful(IN_DOCKER)).toBe(true)
  expect(isDoubtful({ ...IN_DOCKER, container: { kind: 'podman', evidence: '' } })).toBe(false)
  expect(isDoubtful({ ...IN_DOCKER, process: { ...filtered, isFiltered: false } })).toBe(false)
  expect(isDoubtful({ ...IN_DOCKER, process: { ...filtered, hasAdminInBounds: true } })).toBe(false)
  const untried: Trial = { kind: 'not-tried', reason: 'it was not asked for' }
  expect(userNamespaceFinding(IN_DOCKER, untried, '/usr/bin/bwrap')).toMatchObject({
    id: 'user-namespaces-doubtful',
    severity: 'warning',
  })
})
