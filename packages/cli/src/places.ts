import type { MountOperation } from '@linux-sandbox/mount-plan'
import type { Access, AbsolutePath } from '@linux-sandbox/policy'
import type { SandboxPreview } from 'linux-sandbox'
import { describeCause, verdictOn } from './verdict.js'

/** A path from which on something holds, until a deeper one. */
export interface ShownPlace {
  readonly path: AbsolutePath
  readonly access: Access
  readonly rule: string
}

/** Where what is mounted is not what is around it, each with what holds there; parents first. */
export function placesOf(preview: SandboxPreview): ShownPlace[] {
  const mounts = new Map<AbsolutePath, MountOperation>()
  for (const operation of preview.mounts.operations) {
    const path = placeOf(operation)
    if (path !== undefined) mounts.set(path, operation)
  }
  return Array.from(mounts, ([path, { cause }]) => {
    const verdict = verdictOn(preview, path)
    // A directory on the way to something protected: mounted only so that it stays where it is.
    const isPinned = verdict.cause !== cause && verdict.place === 'bind'
    const rule = isPinned ? `cannot be moved: ${describeCause(cause)}` : verdict.rule
    return { path, access: verdict.access, rule }
  }).toSorted((a, b) => (sortKey(a.path) < sortKey(b.path) ? -1 : 1))
}

function placeOf(operation: MountOperation): AbsolutePath | undefined {
  switch (operation.type) {
    case 'root':
      return '/' as AbsolutePath
    case 'dev':
      return '/dev' as AbsolutePath
    case 'proc':
      return '/proc' as AbsolutePath
    case 'directory':
    case 'symlink':
    case 'remount-read-only':
      return undefined
    default:
      return operation.target
  }
}

/** So that what lies in a directory comes right after it, whatever else begins with its name. */
function sortKey(path: AbsolutePath): string {
  return path === '/' ? '' : path.replaceAll('/', '\0')
}
