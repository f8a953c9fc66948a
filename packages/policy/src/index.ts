export { accessOf, type AccessDecision, type AccessReason, type ProtectedPath } from './access.js'
export { BUILTIN_PROFILE_NAMES, builtinProfile, type BuiltinProfileName } from './builtin-profiles.js'
export { explain, type Explanation, type ShadowedRule } from './explain.js'
export type { AccessChange, Obstacle, PathAccess } from './explain-changes.js'
export type { LossReason } from './explain-losses.js'
export type { CoveringRule } from './explain-rules.js'
export { describeReason, formatExplanation, printable } from './explain-text.js'
export { legacyObstacle, type LegacyObstacle } from './legacy/legacy-obstacle.js'
export { parseSandboxPolicy } from './legacy/parse-sandbox-policy.js'
export { printSandboxPolicy } from './legacy/print-sandbox-policy.js'
export { profileFromSandboxPolicy } from './legacy/profile-from-sandbox-policy.js'
export type {
  DangerFullAccessPolicy,
  ExternalSandboxPolicy,
  FullReadAccess,
  ReadOnlyAccess,
  ReadOnlySandboxPolicy,
  RestrictedReadAccess,
  SandboxPolicy,
  WorkspaceWritePolicy,
} from './legacy/sandbox-policy.js'
export { sandboxPolicyFromProfile } from './legacy/sandbox-policy-from-profile.js'
export {
  parseFileSystemPolicy,
  parseNetworkPolicy,
  printFileSystemPolicy,
  printNetworkPolicy,
  profileFromSplit,
  type FileSystemPolicy,
} from './legacy/split-policy.js'
export { sameMeaning } from './meaning.js'
export { nameTest } from './glob-names.js'
export { globProblem, matchesGlob, type GlobAlternative, type GlobComponent } from './globs.js'
export {
  absolutePath,
  depthOf,
  isInside,
  joinPath,
  parentPath,
  parseAbsolutePath,
  pathComponents,
  pathPrefixes,
  type AbsolutePath,
} from './path.js'
export { nearestName } from './nearest-name.js'
export { parseDocument } from './parse-document.js'
export { parseProfile, validateProfile } from './parse-profile.js'
export { checkPlain } from './plain-copy.js'
export { PLATFORM_DEFAULT_PATHS } from './platform-defaults.js'
export {
  dangerFullAccess,
  readOnly,
  workspaceWrite,
  type ReadOnlyOptions,
  type WorkspaceWriteOptions,
} from './presets.js'
export { printProfile } from './print-profile.js'
export type {
  Access,
  DisabledProfile,
  EntryPath,
  ExternalProfile,
  FileSystemEntry,
  FileSystemPermissions,
  GlobPath,
  LiteralPath,
  ManagedProfile,
  NetworkPermission,
  PermissionProfile,
  RestrictedFileSystem,
  SpecialKind,
  SpecialPath,
  SpecialValue,
  UnrestrictedFileSystem,
} from './profile.js'
export {
  PROTECTED_NAMES,
  protectedNames,
  type ProtectedName,
  type ProtectedNameList,
} from './protected-names.js'
export { resolvePolicy, type ResolveContext } from './resolve.js'
export type {
  Origin,
  PolicyNote,
  ResolvedEntry,
  ResolvedFileSystem,
  ResolvedGlob,
  ResolvedPolicy,
  RestrictedFileSystemPolicy,
} from './resolved-policy.js'
export {
  isFullDiskRead,
  isFullDiskWrite,
  protectedPaths,
  readableRoots,
  unreadableGlobs,
  unreadableRoots,
  writableRoots,
} from './roots.js'
export { checkSchema, type SchemaResult } from './schema-issues.js'
export { ANY_RUN } from './sequence-match.js'
export { unknownKeyIssues } from './unknown-keys.js'
