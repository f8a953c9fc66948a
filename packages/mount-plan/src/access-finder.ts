import type { Access, AbsolutePath } from '@linux-sandbox/policy'
import { canonicalPath, type Link } from './canonical-path.js'
import type { DiskView } from './disk-view.js'
import type { Cause, MountPlan } from './plan.js'
import { SandboxView, type PlaceOperation } from './sandbox-view.js'

/** What a command can do with a path, and which part of the plan says so. */
export interface PlanAccess {
  /** Where the path leads in the sandbox, once every symbolic link is followed. */
  readonly path: AbsolutePath
  readonly links: readonly Link[]
  /** Whether something is there. Else `access` is what the command could do with what it made there. */
  readonly exists: boolean
  readonly access: Access
  readonly cause: Cause
  /** What is mounted at or above the path. */
  readonly place: PlaceOperation['type']
}

/**
 * Finds out what a command can do with a path in the sandbox that `plan` builds on `disk`. It is about files and directories, and about what
 * the plan allows: permission bits of the host come on top. The links in `/proc` are not followed.
 *
 * @returns a function that throws PolicyUnsupportedError when a path leads nowhere, as `canonicalPath` does.
 */
export function accessFinder(plan: MountPlan, disk: DiskView): (path: AbsolutePath) => PlanAccess {
  const view = new SandboxView(plan, disk)
  return (path) => {
    const canonical = canonicalPath(view, path)
    const place = view.placeOf(canonical.path)
    return {
      ...canonical,
      access: view.accessAt(canonical.path),
      cause: view.causeOf(place),
      place: place.operation.type,
    }
  }
}
