import { SandboxSetupError, type FailedStep } from '@linux-sandbox/errors'
import { describeHost } from '@linux-sandbox/host-probe'
import { nativeRefusal, sentenceOf } from './doctor/native-refusals.js'
import { hintOf } from './doctor/remedies.js'
import { errnoName } from './errno-name.js'

/** Source: asm-generic/errno-base.h. */
const ENOSPC = 28

/** The error for a host that did not let the native program make namespaces or a root. */
export function nativeLaunchError(failed: FailedStep): SandboxSetupError {
  return new SandboxSetupError(failed, sentenceOf(failed), { hint: refusalHint(failed) })
}

/** The error for one mount that the native program could not make, though nothing had changed there. */
export function nativeMountError(path: string, errno: number): SandboxSetupError {
  const failed = { step: 'mounts', errno } as const
  const hint = errno === ENOSPC ? 'allow more mounts: sysctl -w fs.mount-max=200000' : refusalHint(failed)
  return new SandboxSetupError(failed, `${path} could not be mounted (${errnoName(errno)})`, { hint })
}

function refusalHint(failed: FailedStep): string {
  return hintOf(nativeRefusal(failed, describeHost()))
}
