export { accessFinder, type PlanAccess } from './access-finder.js'
export { canonicalPath, type CanonicalPath, type Link } from './canonical-path.js'
export { withCanonicalEntries } from './canonical-policy.js'
export {
  cachedDiskView,
  type CachedDiskView,
  type DirectoryEntry,
  type DiskView,
  type FileKind,
} from './disk-view.js'
export { entryRules, settleReplaceable, type EntryRules } from './entry-rules.js'
export type { GitWrites } from './git/add-git-rules.js'
export type { ProcAccess } from './base.js'
export { missingEntries, type MissingEntries } from './missing-entries.js'
export { planMounts, type PlanOptions } from './plan-mounts.js'
export type { Cause, MountOperation, MountPlan, Placeholder, PlanNote } from './plan.js'
export { Planner } from './planner.js'
