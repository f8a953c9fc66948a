import { EXIT_STATUS } from './exit-status.js'
import { SandboxError, type SandboxErrorDetails } from './sandbox-error.js'

/** No usable bwrap on this host. */
export class BwrapMissingError extends SandboxError {
  override readonly name = 'BwrapMissingError'
  readonly code = 'BWRAP_MISSING'
  readonly exitStatus = EXIT_STATUS.setup

  constructor(reason: string, details: SandboxErrorDetails = {}) {
    super(`bwrap is unavailable: ${reason}`, { hint: 'install the package bubblewrap', ...details })
  }
}

/** The bwrap on this host lacks an option that the sandbox needs. */
export class BwrapTooOldError extends SandboxError {
  override readonly name = 'BwrapTooOldError'
  readonly code = 'BWRAP_TOO_OLD'
  readonly exitStatus = EXIT_STATUS.setup
  readonly option: string
  readonly bwrapPath: string

  /** `others`: why no other bwrap is used in its place, as a phrase. */
  constructor(option: string, bwrapPath: string, { needed, others }: { needed: string; others?: string }) {
    const why = others === undefined ? '' : `, and no other can be used: ${others}`
    super(`${bwrapPath} has no option ${option}${why}`, { hint: `install bubblewrap ${needed} or newer` })
    this.option = option
    this.bwrapPath = bwrapPath
  }
}

/** The bundled bwrap is not the one whose digest was recorded when it was bundled. */
export class BwrapDigestMismatchError extends SandboxError {
  override readonly name = 'BwrapDigestMismatchError'
  readonly code = 'BWRAP_DIGEST_MISMATCH'
  readonly exitStatus = EXIT_STATUS.setup
  readonly bwrapPath: string
  /** SHA-256, 64 hexadecimal digits. */
  readonly expected: string
  readonly got: string

  constructor(bwrapPath: string, { expected, got }: { expected: string; got: string }) {
    super(`the bundled ${bwrapPath} was altered: its SHA-256 is ${got} and must be ${expected}`, {
      hint: 'install linux-sandbox again, or install the package bubblewrap, which is used first',
    })
    this.bwrapPath = bwrapPath
    this.expected = expected
    this.got = got
  }
}
