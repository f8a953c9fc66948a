import type { MountOperation } from '@linux-sandbox/mount-plan'
import { isInside, parentPath, type AbsolutePath } from '@linux-sandbox/policy'

const CAUSE = {
  kind: 'base',
  reason:
    'a command that can open files of the registry of placeholders could lock them, or put another one in its place',
} as const

/**
 * `operations`, and what keeps the command from the registry, if they show it: a mask on it, and in something writable a mount of each
 * directory on the way to it, which so cannot be renamed.
 */
export function withHiddenRegistry(
  operations: readonly MountOperation[],
  registry: AbsolutePath,
): MountOperation[] {
  const index = indexAround(registry, operations)
  const around = operations[index]
  if (around === undefined || !('access' in around)) return [...operations]
  const pins = around.access === 'write' ? pinsBetween(targetOf(around), registry) : []
  return [
    ...operations.slice(0, index + 1),
    // Before what lies deeper, which they would hide.
    ...pins,
    ...operations.slice(index + 1),
    { type: 'mask-directory', target: registry, traversable: false, cause: CAUSE },
    { type: 'remount-read-only', target: registry, cause: CAUSE },
  ]
}

/** Whether the command could put something of its own where the registry is to be. */
export function canWriteAt(registry: AbsolutePath, operations: readonly MountOperation[]): boolean {
  const around = operations[indexAround(registry, operations)]
  return around !== undefined && 'access' in around && around.access === 'write'
}

/** The policy is not asked: it knows names, and an entry can name a directory by a link. */
function indexAround(path: AbsolutePath, operations: readonly MountOperation[]): number {
  return operations.findLastIndex((operation) => decidesAbout(path, operation))
}

function decidesAbout(path: AbsolutePath, operation: MountOperation): boolean {
  return PLACES.has(operation.type) && isInside(path, targetOf(operation))
}

/** The operations that decide what is in a whole directory. */
const PLACES: ReadonlySet<MountOperation['type']> = new Set(['root', 'bind', 'mask-directory', 'tmpfs'])

function targetOf(operation: MountOperation): AbsolutePath {
  return 'target' in operation ? operation.target : ('/' as AbsolutePath)
}

/** None when an entry names the registry itself. */
function pinsBetween(top: AbsolutePath, path: AbsolutePath): MountOperation[] {
  const parent = parentPath(path)
  if (path === top || parent === top) return []
  return [
    ...pinsBetween(top, parent),
    { type: 'bind', source: parent, target: parent, access: 'write', cause: CAUSE },
  ]
}
