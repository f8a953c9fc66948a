import type { FailedReport, SuperviseRequest } from '@linux-sandbox/native'
import { expect, test } from 'vitest'
import { nativeLaunchFinding } from '../src/doctor/launcher-findings.ts'
import { nativeRefusal } from '../src/doctor/native-refusals.ts'
import { errorOfReport } from '../src/failure.ts'
import { HEALTHY, IN_DOCKER, RESTRICTED_BY_APPARMOR } from './doctor/host.ts'

/** Source: asm-generic/errno-base.h and errno.h. */
const ERRNO = { EPERM: 1, ENOENT: 2, EACCES: 13, EINVAL: 22, ENOSPC: 28, ENOSYS: 38, ELOOP: 40 } as const

const LIMITED = {
  ...HEALTHY,
  userNamespaces: {
    kind: 'forbidden',
    by: 'limit',
    setting: '/proc/sys/user/max_user_namespaces',
    value: '0',
  },
} as const
const OLD = { ...HEALTHY, kernel: { ...HEALTHY.kernel, release: '5.10.0-31-amd64' } }

test.each([
  {
    step: 'namespaces',
    errno: 'EPERM',
    facts: IN_DOCKER,
    what: /seccomp filter/,
    remedy: /seccomp=unconfined/,
  },
  { step: 'namespaces', errno: 'ENOSPC', facts: LIMITED, what: /limit/, remedy: /max_user_namespaces=15000/ },
  {
    step: 'namespaces',
    errno: 'ENOSPC',
    facts: HEALTHY,
    what: /32 deep/,
    remedy: /max_user_namespaces=15000/,
  },
  {
    step: 'id-maps',
    errno: 'EACCES',
    facts: RESTRICTED_BY_APPARMOR,
    what: /AppArmor/,
    remedy: /use \/usr\/bin\/bwrap, for which Ubuntu has a profile/,
  },
  { step: 'id-maps', errno: 'EPERM', facts: HEALTHY, what: /refuses user namespaces/, remedy: /SETFCAP/ },
  { step: 'loopback', errno: 'EPERM', facts: HEALTHY, what: /refuses user namespaces/, remedy: /dmesg/ },
  {
    step: 'mounts',
    errno: 'EACCES',
    facts: IN_DOCKER,
    what: /refuses mounts/,
    remedy: /apparmor=unconfined/,
  },
  { step: 'root', errno: 'EINVAL', facts: HEALTHY, what: /cannot be exchanged/, remedy: /initramfs/ },
  { step: 'root', errno: 'EPERM', facts: HEALTHY, what: /refuses mounts/, remedy: /journalctl/ },
  { step: 'root', errno: 'ENOSYS', facts: OLD, what: /Linux 5\.10\.0-31-amd64 is too old/, remedy: /5\.12/ },
  { step: 'spawn', errno: 'EACCES', facts: HEALTHY, what: /gave no answer/, remedy: /ulimit/ },
] as const)('what helps against $errno at $step is known', ({ step, errno, facts, what, remedy }) => {
  const refusal = nativeRefusal({ step, errno: ERRNO[errno] }, facts)
  expect(refusal.what).toMatch(what)
  expect(refusal.remedy.join('\n')).toMatch(remedy)
  const finding = nativeLaunchFinding({ kind: 'refused', step, errno: ERRNO[errno] }, facts)
  expect(finding).toMatchObject({ id: 'native-launch-refused', severity: 'warning' })
  expect(finding.how).toContain(errno)
  expect(finding.remedy).toMatch(remedy)
})

const REQUEST: SuperviseRequest = {
  namespaces: ['pid'],
  operations: [{ type: 'root', access: 'read', devices: false }],
  enter: { argv: ['true'], env: {}, cwd: '/' },
  reraise: true,
}
const FAILED = { kind: 'failed', attempt: 'first' } as const

test.each<{ report: FailedReport; message: RegExp; hint: RegExp }>([
  {
    report: { ...FAILED, step: 'namespaces', errno: ERRNO.ENOSPC },
    message: /\(namespaces\): new namespaces could not be made \(ENOSPC\)$/,
    hint: /max_user_namespaces/,
  },
  {
    report: { ...FAILED, step: 'root', errno: ERRNO.EINVAL },
    message: /\(root\): the new root could not be entered \(EINVAL\)$/,
    hint: /initramfs/,
  },
  {
    report: { ...FAILED, step: 'mounts', path: '/w/.env', errno: ERRNO.ELOOP },
    message: /\(mounts\): \/w\/\.env changed while the sandbox was set up$/,
    hint: /try again/,
  },
  {
    report: { ...FAILED, step: 'mounts', path: '/w', errno: ERRNO.EACCES },
    message: /\(mounts\): \/w could not be mounted \(EACCES\)$/,
    hint: /refuses mounts/,
  },
  {
    report: { ...FAILED, step: 'mounts', path: '/w', errno: ERRNO.ENOSPC },
    message: /\(mounts\): \/w could not be mounted \(ENOSPC\)$/,
    hint: /fs\.mount-max/,
  },
])('a native launch that fails at $report.step is told with what helps', ({ report, message, hint }) => {
  const error = errorOfReport(report, REQUEST)
  expect(error).toMatchObject({ code: 'SANDBOX_SETUP_FAILED', exitStatus: 125, step: report.step })
  expect(error?.message).toMatch(message)
  expect(error?.hint).toMatch(hint)
})
