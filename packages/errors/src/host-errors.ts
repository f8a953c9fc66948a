import { EXIT_STATUS } from './exit-status.js'
import { SandboxError, type SandboxErrorDetails } from './sandbox-error.js'

/** This operating system or processor is not one that can be sandboxed. */
export class PlatformUnsupportedError extends SandboxError {
  override readonly name = 'PlatformUnsupportedError'
  readonly code = 'PLATFORM_UNSUPPORTED'
  readonly exitStatus = EXIT_STATUS.setup
  readonly platform: string
  readonly arch: string

  constructor(platform: string, arch: string) {
    super(`linux-sandbox runs on Linux on x86_64 and aarch64, not on ${platform} on ${arch}`, {
      hint: 'run it in a Linux container or virtual machine',
    })
    this.platform = platform
    this.arch = arch
  }
}

/** The static program that executes decisions is missing or is not the one of this version. */
export class NativeMissingError extends SandboxError {
  override readonly name = 'NativeMissingError'
  readonly code = 'NATIVE_MISSING'
  readonly exitStatus = EXIT_STATUS.setup

  constructor(reason: string, details: SandboxErrorDetails = {}) {
    super(`the native program of linux-sandbox is unavailable: ${reason}`, details)
  }
}

/** The kernel of this host has no Landlock, or it is off. */
export class LandlockMissingError extends SandboxError {
  override readonly name = 'LandlockMissingError'
  readonly code = 'LANDLOCK_MISSING'
  readonly exitStatus = EXIT_STATUS.setup

  constructor() {
    super(
      'Landlock is unavailable: this kernel is older than Linux 5.13 or was built without it, or it is off',
      {
        hint: 'if /sys/kernel/security/lsm does not list landlock, boot with lsm=landlock,... in front of what is listed; in a container, let its seccomp filter pass the landlock system calls',
      },
    )
  }
}
