import { expect, test } from 'vitest'
import type { Trial } from '../src/doctor/trial.ts'
import { userNamespaceFinding } from '../src/doctor/user-namespace-findings.ts'
import { launcherError, launcherHint, type LauncherCircumstances } from '../src/launcher-failure.ts'
import { HEALTHY, IN_DOCKER, RESTRICTED_BY_APPARMOR } from './doctor/host.ts'

/** Ended by itself, in a container. */
const ENDED_IN_DOCKER: LauncherCircumstances = {
  launcher: '/usr/bin/bwrap',
  facts: IN_DOCKER,
  signal: null,
  errno: 0,
}

test.each([
  { said: 'loopback: Failed RTM_NEWADDR: Operation not permitted', hint: /refuses user namespaces.*dmesg/ },
  { said: 'loopback: Failed RTM_NEWLINK: Operation not permitted', hint: /refuses user namespaces.*dmesg/ },
  { said: 'setting up uid map: Permission denied', hint: /refuses user namespaces.*dmesg/ },
  { said: 'setting up uid map: Operation not permitted', hint: /--cap-add SETFCAP/ },
  { said: 'Failed to mount tmpfs: No such file or directory', hint: /mkdir -m 1777 \/tmp/ },
  { said: 'linux-sandbox-native: cannot arrange descriptors', hint: /ulimit -n/ },
  { said: 'No permissions to creating new namespace, likely because', hint: /seccomp=unconfined/ },
  { said: 'No permissions to create a new namespace, likely because', hint: /seccomp=unconfined/ },
  { said: 'Creating new namespace failed: Operation not permitted', hint: /seccomp=unconfined/ },
  {
    said: 'Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)',
    hint: /32 deep: sysctl -w user\.max_user_namespaces=15000;/,
  },
  { said: 'Unexpected capabilities but not setuid, old file caps config?', hint: /--ambient-caps=-all/ },
  { said: 'Failed to make / slave: Permission denied', hint: /apparmor=unconfined/ },
  { said: "Can't mount proc on /newroot/proc: Operation not permitted", hint: /systempaths=unconfined/ },
  { said: "Can't mount proc on /proc: Operation not permitted", hint: /systempaths=unconfined/ },
  { said: 'fchdir to oldroot: Permission denied', hint: /proot/ },
  { said: 'pivot_root: Invalid argument', hint: /initramfs/ },
  { said: 'it is raining', hint: /^try it alone: \/usr\/bin\/bwrap / },
])('what helps against "$said" is known', ({ said, hint }) => {
  expect(launcherHint(`bwrap: ${said}`, ENDED_IN_DOCKER)).toMatch(hint)
})

test.each([
  { facts: IN_DOCKER, said: 'bwrap: No permissions to creating new namespace' },
  { facts: HEALTHY, said: 'bwrap: setting up uid map: Operation not permitted' },
  { facts: RESTRICTED_BY_APPARMOR, said: 'bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted' },
])('the error for "$said" advises what the doctor does', ({ facts, said }) => {
  const trial: Trial = { kind: 'failed', code: 'SANDBOX_SETUP_FAILED', message: said, hint: '' }
  const { what, remedy } = userNamespaceFinding(facts, trial, '/usr/bin/bwrap')
  const hint = launcherHint(said, { ...ENDED_IN_DOCKER, facts })
  for (const words of [what, ...remedy.split('\n')]) expect(hint).toContain(words)
})

test('a remedy that goes on after a colon is one sentence', () => {
  const facts = RESTRICTED_BY_APPARMOR
  expect(launcherHint('setting up uid map: Permission denied', { ...ENDED_IN_DOCKER, facts })).toContain(
    'or, for all programs: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0; echo',
  )
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
