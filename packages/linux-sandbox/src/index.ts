export type { AliasDirectory, AliasOptions, Program } from '@linux-sandbox/arg0'
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
export type { ExamineOptions, HostReport, PolicyOptions } from './doctor/examine-host.js'
export { FINDING_SEVERITIES, type Finding, type FindingId, type Severity } from './doctor/finding.js'
export { formatHostReport } from './doctor/format-report.js'
export { endAs, endWithError } from './end-process.js'
export type { ForegroundCommand, ForegroundResult } from './foreground.js'
export type { GitWrites } from '@linux-sandbox/mount-plan'
export type { ResourceLimits } from './limits.js'
export type { SandboxOptions, SandboxSpawnOptions } from './options.js'
export type { Enforced, Note, RunResult, Violation } from './result.js'
export {
  aliasDirectory,
  dispatch,
  examineHost,
  HELPER_PROGRAMS,
  previewSandbox,
  runInForeground,
  runMain,
  startupWarnings,
} from './on-demand.js'
export type { PreviewedAccess, SandboxPreview } from './preview.js'
export type {
  EnvironmentProxies,
  GivenProxies,
  PreparedProxies,
  ProxyOptions,
  ProxyTarget,
} from './proxy/options.js'
export type { SandboxRunOptions } from './run.js'
export { Sandbox } from './sandbox.js'
export { splitArgs, UsageError, type SplitArgs } from './usage.js'
