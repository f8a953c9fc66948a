import { EXIT_STATUS, type ExitStatus } from './exit-status.js'
import { SandboxError, type SandboxErrorDetails } from './sandbox-error.js'

/** Which step failed, and what the kernel said. */
export interface FailedStep {
  /** A name from the step table of the native program, for example `seccomp`. */
  readonly step: string
  /** The kernel's error number, 0 where the failure was not a system call. */
  readonly errno: number
}

/** The sandbox could not be set up. The command did not run. */
export class SandboxSetupError extends SandboxError {
  override readonly name = 'SandboxSetupError'
  readonly code = 'SANDBOX_SETUP_FAILED'
  readonly exitStatus: ExitStatus = EXIT_STATUS.setup
  readonly step: string
  readonly errno: number

  constructor({ step, errno }: FailedStep, reason: string, details: SandboxErrorDetails = {}) {
    super(`the sandbox could not be set up (${step}): ${reason}`, details)
    this.step = step
    this.errno = errno
  }
}

/** The command was not found, or could not be executed. */
export class CommandNotStartedError extends SandboxError {
  override readonly name = 'CommandNotStartedError'
  readonly code: 'COMMAND_NOT_FOUND' | 'COMMAND_NOT_EXECUTABLE'
  readonly exitStatus: ExitStatus
  readonly step = 'exec'
  readonly errno: number
  readonly command: string

  constructor(command: string, errno: number, reason: string, details: SandboxErrorDetails = {}) {
    super(`${JSON.stringify(command)} ${reason}`, details)
    const missing = errno === ENOENT
    this.code = missing ? 'COMMAND_NOT_FOUND' : 'COMMAND_NOT_EXECUTABLE'
    this.exitStatus = missing ? EXIT_STATUS.notFound : EXIT_STATUS.cannotExecute
    this.errno = errno
    this.command = command
  }
}

/** No such file or directory. Source: asm-generic/errno-base.h. */
const ENOENT = 2
