export {
  aliasDirectory,
  dispatch,
  type AliasDirectory,
  type AliasOptions,
  type Program,
} from '@linux-sandbox/arg0'
export {
  BwrapDigestMismatchError,
  BwrapMissingError,
  BwrapTooOldError,
  CommandNotStartedError,
  EXIT_STATUS,
  isSandboxError,
  LandlockMissingError,
  NativeMissingError,
  PlatformUnsupportedError,
  PolicyInvalidError,
  PolicyUnsupportedError,
  ProxyRouteError,
  SandboxError,
  SandboxSetupError,
  UnknownProfileError,
  WslUnsupportedError,
  type Issue,
} from '@linux-sandbox/errors'
export {
  accessOf,
  builtinProfile,
  dangerFullAccess,
  explain,
  formatExplanation,
  parseProfile,
  readOnly,
  workspaceWrite,
  type Access,
  type Explanation,
  type PermissionProfile,
  type ProtectedNameList,
  type ResolvedPolicy,
} from '@linux-sandbox/policy'
export {
  examineHost,
  FINDING_SEVERITIES,
  formatHostReport,
  startupWarnings,
  type ExamineOptions,
  type Finding,
  type FindingId,
  type HostReport,
  type PolicyOptions,
  type Severity,
} from './doctor/index.js'
export { endAs, endWithError } from './end-process.js'
export { runInForeground, type ForegroundCommand, type ForegroundResult } from './foreground.js'
export type { GitWrites } from '@linux-sandbox/mount-plan'
export type { ResourceLimits } from './limits.js'
export type { SandboxOptions, SandboxSpawnOptions } from './options.js'
export type { Enforced, Note, RunResult, Violation } from './result.js'
export { previewSandbox, type PreviewedAccess, type SandboxPreview } from './preview.js'
export type {
  EnvironmentProxies,
  GivenProxies,
  PreparedProxies,
  ProxyOptions,
  ProxyTarget,
} from './proxy/options.js'
export { HELPER_PROGRAMS, runMain } from './helper/run-main.js'
export type { SandboxRunOptions } from './run.js'
export { Sandbox } from './sandbox.js'
export { splitArgs, UsageError, type SplitArgs } from './usage.js'
