import { accessSync, constants, lstatSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { PolicyUnsupportedError } from '@linux-sandbox/errors'
import { errnoOf } from '@linux-sandbox/host-probe'
import type { DiskView, MountOperation, MountPlan, Placeholder, PlanNote } from '@linux-sandbox/mount-plan'
import { isInside, joinPath, pathComponents, type AbsolutePath } from '@linux-sandbox/policy'
import { canWriteAt, withHiddenRegistry } from './hidden-registry.js'
import { withHollowDirectories } from './hollow-directories.js'
import { registryPath, type RegistryPath } from './registry-path.js'

/** A plan whose placeholders can all be made, and where they are registered. */
export interface SettledPlan {
  readonly mounts: MountPlan
  /** `undefined` when nothing has to be registered, and nothing was. */
  readonly registry: string | undefined
}

/** Source: asm-generic/errno-base.h. */
const EROFS = 30

/**
 * `mounts` as this user can have them. A placeholder that cannot be made is left out together with what would be mounted on it when the
 * command cannot make that name either. The registry is hidden from the command, which could lock its files.
 *
 * @param disk - what the plan was made for
 * @throws {PolicyUnsupportedError} when there is no place for the registry, or the command could get at a name that cannot be protected.
 */
export function settlePlaceholders(mounts: MountPlan, disk: DiskView): SettledPlan {
  const wanted = withHollowDirectories(mounts, disk)
  const writable = new Map<string, boolean>()
  const omitted = mounts.placeholders.filter(({ path }) => {
    const parent = dirname(path)
    const known = writable.get(parent) ?? canMake(path, mounts.placeholders)
    writable.set(parent, known)
    return !known
  })
  const isOmitted = (path: string): boolean =>
    omitted.some((one) => isInside(path as Placeholder['path'], one.path))
  const made = mounts.placeholders.filter(({ path }) => !isOmitted(path))
  const operations = mounts.operations.filter(
    (operation) => !('target' in operation) || !isOmitted(operation.target),
  )
  const registry = registryPath()
  if (registry === undefined && made[0] !== undefined) throw noRegistry(made[0])
  // Without a registry there is nobody to share with.
  const placeholders = registry === undefined ? [] : wanted.filter(({ path }) => !isOmitted(path))
  const shown =
    registry === undefined ? operations : withUnlisted(operations, { placeholders, registry, disk })
  const used = registry !== undefined && isUsed(registry, placeholders, shown) ? registry.path : undefined
  return {
    registry: used,
    mounts: {
      ...mounts,
      operations: used === undefined ? shown : withHiddenRegistry(shown, used),
      placeholders,
      notes: [...mounts.notes, ...omitted.map(omittedNote)],
    },
  }
}

/** One that is not there and for which there is no use is not made, unless the command could make it: the next sandbox would believe it. */
function isUsed(
  { path, exists }: RegistryPath,
  placeholders: readonly Placeholder[],
  operations: readonly MountOperation[],
): boolean {
  return placeholders.length > 0 || exists || canWriteAt(path, operations)
}

/**
 * Whether the placeholder can be made. When not, because the file system is read-only or the directory is another user's, then the
 * command cannot make anything there either: it has no more rights than this process. In a directory of its own it could give itself
 * the right.
 */
function canMake(path: string, placeholders: readonly Placeholder[]): boolean {
  const parent = dirname(path)
  if (placeholders.some((one) => one.path === parent)) return true
  try {
    accessSync(parent, constants.W_OK | constants.X_OK)
    return true
  } catch (error) {
    const errno = errnoOf(error)
    if (errno === EROFS || !isOwn(parent)) return false
    throw new PolicyUnsupportedError(
      `the protection of ${path}`,
      `${parent} cannot be written, and the command could change that`,
      { cause: error, hint: `chmod u+wx ${parent}, or grant only reading of it` },
    )
  }
}

function isOwn(directory: string): boolean {
  return statSync(directory, { throwIfNoEntry: false })?.uid === process.geteuid?.()
}

function omittedNote({ path }: Placeholder): PlanNote {
  const message = `${path} does not exist, and neither this user nor the command can create it`
  return { kind: 'protected-name-missing', path, message }
}

function noRegistry({ path }: Placeholder): PolicyUnsupportedError {
  return new PolicyUnsupportedError(
    `the protection of ${path}`,
    'there is no private directory to register it in',
    {
      hint: 'set XDG_RUNTIME_DIR to a directory of your own, with mode 0700',
    },
  )
}

interface Places {
  readonly placeholders: readonly Placeholder[]
  readonly registry: RegistryPath
  readonly disk: DiskView
}

/**
 * Mounts, in place of an empty directory on itself, one that tells git to ignore all of it: git would try to remove an empty one, in
 * `git stash -u` and `git clean -d`, and call it a failure that it cannot. What is in a `.git` it never lists.
 */
function withUnlisted(
  operations: readonly MountOperation[],
  { placeholders, registry, disk }: Places,
): readonly MountOperation[] {
  const empty = new Set<string>(
    placeholders
      .filter((one) => isListed(one) && isLeaf(one, placeholders) && isPlaceholder(one.path, disk))
      .map(({ path }) => path),
  )
  if (empty.size === 0) return operations
  const source = joinPath(registry.path, 'unlisted')
  return operations.map((operation) =>
    operation.type === 'bind' && operation.source === operation.target && empty.has(operation.target)
      ? { ...operation, source }
      : operation,
  )
}

/** A directory of another kind can be filled from outside, and the command is to see that. */
function isListed({ path, cause, content }: Placeholder): boolean {
  if (content !== undefined || !['protected-name', 'git'].includes(cause.kind)) return false
  return !pathComponents(path).includes('.git')
}

function isLeaf({ path }: Placeholder, placeholders: readonly Placeholder[]): boolean {
  return placeholders.every((one) => one.path === path || !isInside(one.path, path))
}

/** Whether nothing was at `path`, or is now a placeholder that another sandbox has made: `supervise` gives those the time 0. */
function isPlaceholder(path: AbsolutePath, disk: DiskView): boolean {
  if (disk.kindOf(path) === undefined) return true
  const about = lstatSync(path, { throwIfNoEntry: false })
  return about === undefined || about.mtimeMs === 0
}
