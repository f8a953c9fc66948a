import { SandboxSetupError } from '@linux-sandbox/errors'
import { describeHost, type HostFacts } from '@linux-sandbox/host-probe'
import type { LauncherFailedReport, SuperviseRequest } from '@linux-sandbox/native'
import { refusalIn } from './doctor/launcher-refusals.js'
import { hintOf } from './doctor/remedies.js'
import { causeOf, describe, REFUSED_NAMESPACE } from './doctor/user-namespace-findings.js'
import { errnoName } from './errno-name.js'

/** What a hint depends on besides what bwrap has said. */
export interface LauncherCircumstances {
  readonly launcher: string
  readonly facts: HostFacts
  /** The signal that ended bwrap. */
  readonly signal: number | null
  /** Why it was killed or could not be started; 0 when it ended by itself. */
  readonly errno: number
}

/** Source: asm-generic/errno.h. */
const ETIMEDOUT = 110

/** What the native program says in the place of bwrap. */
const OUT_OF_DESCRIPTORS = /cannot arrange descriptors/

/** The error for a launcher that ended before the command could start. */
export function launcherError(
  { text, exitCode, signal, errno = 0 }: LauncherFailedReport,
  {
    launcher = 'linux-sandbox-native',
    setupTimeoutMs,
  }: Pick<SuperviseRequest, 'launcher' | 'setupTimeoutMs'>,
): SandboxSetupError {
  const said = text.trim().replaceAll('\n', '; ')
  return new SandboxSetupError({ step: 'launcher', errno }, reason(), {
    hint: launcherHint(said, { launcher, facts: describeHost(), signal, errno }),
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
export function launcherHint(
  said: string,
  { launcher, facts, signal, errno }: LauncherCircumstances,
): string {
  if (errno === ETIMEDOUT) {
    return 'see what hangs, such as a network file system that does not answer; on a slow host, allow more by setupTimeoutMs'
  }
  if (REFUSED_NAMESPACE.test(said)) {
    return hintOf(describe(causeOf(facts, said), facts, { bwrapPath: launcher, said }))
  }
  const refusal = refusalIn(said)
  if (refusal !== undefined) return hintOf({ what: refusal.what, remedy: refusal.remedy(facts) })
  if (OUT_OF_DESCRIPTORS.test(said)) return 'raise the limit on open files: ulimit -n 64'
  if (errno !== 0) return 'this user has reached a limit; see ulimit -a'
  if (signal !== null)
    return 'somebody or the kernel killed it, for want of memory or by a seccomp filter: dmesg'
  return `try it alone: ${launcher} --unshare-user --ro-bind / / true`
}
