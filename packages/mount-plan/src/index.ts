export { canonicalPath, type CanonicalPath } from './canonical-path.js'
export { cachedDiskView, type DiskView, type FileKind } from './disk-view.js'
export { planMounts, type PlanOptions } from './plan-mounts.js'
export type { Cause, MountOperation, MountPlan, PlanNote } from './plan.js'
