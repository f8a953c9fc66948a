export { assertNever } from './assert-never.js'
export { BwrapDigestMismatchError, BwrapMissingError, BwrapTooOldError } from './bwrap-errors.js'
export { errnoOf } from './errno.js'
export { EXIT_STATUS, type ExitStatus } from './exit-status.js'
export { LandlockMissingError, NativeMissingError, PlatformUnsupportedError } from './host-errors.js'
export {
  formatIssuePath,
  PolicyInvalidError,
  PolicyUnsupportedError,
  UnknownProfileError,
  type Issue,
} from './policy-errors.js'
export { ProxyRouteError, type UnusedProxyVariable } from './proxy-errors.js'
export { CommandNotStartedError, SandboxSetupError, type FailedStep } from './run-errors.js'
export { isSandboxError, SandboxError, type SandboxErrorDetails } from './sandbox-error.js'
export { WslUnsupportedError } from './wsl-errors.js'
