import { EXIT_STATUS } from './exit-status.js'
import { SandboxError } from './sandbox-error.js'

/** This is WSL1, which has no namespaces: no policy that needs bwrap can be enforced. Nothing was started. */
export class WslUnsupportedError extends SandboxError {
  override readonly name = 'WslUnsupportedError'
  readonly code = 'WSL1_UNSUPPORTED'
  readonly exitStatus = EXIT_STATUS.setup

  constructor() {
    super('this is WSL1, which has no user namespaces, so bwrap cannot make a sandbox', {
      hint: 'convert the distribution to WSL2, in Windows: wsl --set-version DISTRIBUTION 2',
    })
  }
}
