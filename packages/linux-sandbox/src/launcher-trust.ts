import { isChangeable, isReplaceable, nodeDisk } from '@linux-sandbox/host-probe'
import { withCanonicalEntries, type CanonicalPath } from '@linux-sandbox/mount-plan'
import {
  accessOf,
  isFullDiskWrite,
  parentPath,
  pathPrefixes,
  type AbsolutePath,
  type ResolvedPolicy,
} from '@linux-sandbox/policy'

/**
 * Why a program must not be used as the launcher, as a phrase, or `undefined` when it may: the command could have changed it, or put
 * something else in its place or in that of a directory or link that leads to it.
 */
export function distrust(found: CanonicalPath, policy: ResolvedPolicy): string | undefined {
  const exposed = exposure(found, policy)
  if (exposed !== undefined) return exposed
  const { path, links } = found
  const canonical = withCanonicalEntries(policy, nodeDisk)
  const directory = [path, ...links.map((one) => parentPath(one.path))]
    .flatMap((one) => pathPrefixes(one).slice(1))
    .find((one) => mayReplace(canonical, one))
  return directory === undefined ? undefined : `is reached by ${directory}, which the command could replace`
}

/** The same of the program itself and the links to it. A directory above them cannot be moved where they are mounts of their own. */
export function exposure({ path, links }: CanonicalPath, policy: ResolvedPolicy): string | undefined {
  const canonical = withCanonicalEntries(policy, nodeDisk)
  if (mayWrite(canonical, path, isChangeable)) return 'lies where the policy lets the command write'
  const link = links.find((one) => mayWrite(canonical, parentPath(one.path), () => isReplaceable(one.path)))
  return link && `is reached by the link ${link.path}, which the command could replace`
}

/** What a deeper rule keeps from being written is a mount of its own in the sandbox, which nobody there can rename. */
function mayReplace(policy: ResolvedPolicy, path: AbsolutePath): boolean {
  if (accessOf(policy, path).access !== 'write') return false
  return mayWrite(policy, parentPath(path), () => isReplaceable(path))
}

/**
 * Whether the policy lets the command write at `path`. A grant of the whole disk says nothing about single programs: under it the
 * permissions of this user decide, and for one who may change every program that there is, nothing does.
 */
function mayWrite(
  policy: ResolvedPolicy,
  path: AbsolutePath,
  hasPermission: (path: AbsolutePath) => boolean,
): boolean {
  const { access, decidedBy } = accessOf(policy, path)
  if (access !== 'write') return false
  const isByWholeDisk =
    isFullDiskWrite(policy) || (decidedBy.kind === 'entry' && decidedBy.entry.path === '/')
  return !isByWholeDisk || (!mayChangeAll() && hasPermission(path))
}

/** Root, and in some containers whoever owns their `/`. */
function mayChangeAll(): boolean {
  return process.geteuid?.() === 0 || isChangeable('/')
}
