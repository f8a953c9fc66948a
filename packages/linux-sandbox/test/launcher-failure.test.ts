import { expect, test } from 'vitest'
import { launcherError, launcherHint, type LauncherCircumstances } from '../src/launcher-failure.ts'

const ALLOWED: LauncherCircumstances = {
  launcher: '/usr/bin/bwrap',
  userNamespaces: { kind: 'allowed' },
  signal: null,
  errno: 0,
}

function forbiddenBy(
  by: 'limit' | 'switch' | 'apparmor',
  setting: string,
  value: string,
): LauncherCircumstances {
  return { ...ALLOWED, userNamespaces: { kind: 'forbidden', by, setting: `/proc/sys/${setting}`, value } }
}

const APPARMOR = forbiddenBy('apparmor', 'kernel/apparmor_restrict_unprivileged_userns', '1')

test.each([
  { said: 'loopback: Failed RTM_NEWADDR: Operation not permitted', hint: /AppArmor or SELinux/ },
  { said: 'loopback: Failed RTM_NEWLINK: Operation not permitted', hint: /AppArmor or SELinux/ },
  { said: 'setting up uid map: Permission denied', hint: /AppArmor or SELinux/ },
  { said: 'setting up uid map: Operation not permitted', hint: /--cap-add SETFCAP/ },
  { said: 'Failed to mount tmpfs: No such file or directory', hint: /mkdir -m 1777 \/tmp/ },
  { said: 'linux-sandbox-native: cannot arrange descriptors', hint: /ulimit -n/ },
  { said: 'No permissions to creating new namespace, likely because', hint: /seccomp=unconfined/ },
  { said: 'No permissions to create a new namespace, likely because', hint: /seccomp=unconfined/ },
  { said: 'Creating new namespace failed: Operation not permitted', hint: /seccomp=unconfined/ },
  {
    said: 'Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)',
    hint: /nested too deep.*user\.max_user_namespaces/,
  },
  { said: 'Unexpected capabilities but not setuid, old file caps config?', hint: /--ambient-caps=-all/ },
  { said: 'Failed to make / slave: Permission denied', hint: /apparmor=unconfined/ },
  { said: "Can't mount proc on /newroot/proc: Operation not permitted", hint: /systempaths=unconfined/ },
  { said: "Can't mount proc on /proc: Operation not permitted", hint: /systempaths=unconfined/ },
  { said: 'fchdir to oldroot: Permission denied', hint: /proot/ },
  { said: 'pivot_root: Invalid argument', hint: /initramfs/ },
  { said: 'it is raining', hint: /^try it alone: \/usr\/bin\/bwrap / },
])('what helps against "$said" is known', ({ said, hint }) => {
  expect(launcherHint(`bwrap: ${said}`, ALLOWED)).toMatch(hint)
})

test.each([
  { circumstances: APPARMOR, hint: /apparmor_restrict_unprivileged_userns = 1; load an AppArmor profile/ },
  {
    circumstances: forbiddenBy('switch', 'kernel/unprivileged_userns_clone', '0'),
    hint: /as root: sysctl kernel\.unprivileged_userns_clone=1$/,
  },
  {
    circumstances: forbiddenBy('limit', 'user/max_user_namespaces', '0'),
    hint: /as root: sysctl user\.max_user_namespaces=10000$/,
  },
  { circumstances: forbiddenBy('switch', 'kernel/other', '7'), hint: /kernel\.other = 7; an administrator/ },
])('a switch that forbids user namespaces is named: $hint', ({ circumstances, hint }) => {
  for (const said of [
    'setting up uid map: Permission denied',
    'loopback: Failed RTM_NEWADDR: Operation not permitted',
    'No permissions to creating new namespace',
    'Creating new namespace failed: exceeded (ENOSPC)',
  ]) {
    expect(launcherHint(said, circumstances)).toMatch(hint)
  }
  expect(launcherHint('fchdir to oldroot: Permission denied', circumstances)).not.toMatch(hint)
})

const ENDED = { kind: 'failed', attempt: 'first', step: 'launcher' } as const
const REQUEST = { launcher: '/usr/bin/bwrap', setupTimeoutMs: 300 }

test.each([
  {
    why: 'took too long',
    report: { ...ENDED, text: '', exitCode: null, signal: 9, errno: 110 },
    error: { errno: 110, message: /\/usr\/bin\/bwrap was killed.* after 300 ms$/, hint: /setupTimeoutMs/ },
  },
  {
    why: 'took too long and had said something',
    report: { ...ENDED, text: 'bwrap: slow\n', exitCode: null, signal: 9, errno: 110 },
    error: { errno: 110, message: / after 300 ms: bwrap: slow$/, hint: /setupTimeoutMs/ },
  },
  {
    why: 'could not be started',
    report: { ...ENDED, text: '', exitCode: 0, signal: null, errno: 11 },
    error: { errno: 11, message: /could not be started \(EAGAIN\)$/, hint: /ulimit -a/ },
  },
  {
    why: 'was killed',
    report: { ...ENDED, text: '', exitCode: null, signal: 9 },
    error: { errno: 0, message: /was ended by signal 9$/, hint: /dmesg/ },
  },
  {
    why: 'ended by itself',
    report: { ...ENDED, text: '', exitCode: 3, signal: null },
    error: { errno: 0, message: /ended with status 3$/, hint: /try it alone/ },
  },
])('a launcher that $why', ({ report, error: { errno, message, hint } }) => {
  const error = launcherError(report, REQUEST)
  expect(error).toMatchObject({ step: 'launcher', errno, exitStatus: 125 })
  expect(error.message).toMatch(message)
  expect(error.hint).toMatch(hint)
})
