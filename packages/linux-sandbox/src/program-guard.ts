import { PolicyUnsupportedError } from '@linux-sandbox/errors'
import { canonicalPath, type DiskView } from '@linux-sandbox/mount-plan'
import {
  absolutePath,
  isFullDiskWrite,
  parentPath,
  resolvePolicy,
  type PermissionProfile,
  type ResolveContext,
  type ResolvedPolicy,
} from '@linux-sandbox/policy'
import { LauncherTrust } from './launcher-trust.js'

/** A program that is executed outside every sandbox, and the disk that it is on. */
interface Guarded {
  readonly program: string
  readonly disk: DiskView
}

/**
 * The policy that `profile` is, under which the command cannot change the native program, which the next start executes outside every
 * sandbox. A backend that cannot keep a part of a writable directory read-only refuses the entry.
 *
 * @throws {PolicyUnsupportedError} when an entry grants just that program, or its directory, or where a link to it is.
 */
export function guardedPolicy(
  profile: PermissionProfile,
  context: ResolveContext,
  { program, disk }: Guarded,
): ResolvedPolicy {
  const policy = resolvePolicy(profile, context)
  if (profile.type !== 'managed' || profile.file_system.type !== 'restricted') return policy
  // Who grants the whole disk trusts the command with every program; another entry would give that another meaning.
  if (isFullDiskWrite(policy)) return policy
  const found = canonicalPath(disk, absolutePath(program))
  if (new LauncherTrust(policy, disk).distrust(found) === undefined) return policy
  const { file_system: fileSystem } = profile
  const directory = parentPath(found.path)
  const entry = { path: { type: 'path', path: directory }, access: 'read' } as const
  const withEntry = { ...profile, file_system: { ...fileSystem, entries: [...fileSystem.entries, entry] } }
  const guarded = resolvePolicy(withEntry, context)
  const exposed = new LauncherTrust(guarded, disk).exposure(found)
  if (exposed === undefined) return guarded
  throw new PolicyUnsupportedError(
    `read on ${directory}`,
    `the native program ${program} ${exposed}, and the next start executes it outside every sandbox`,
    { hint: 'take that directory out of what the command may write, or install linux-sandbox elsewhere' },
  )
}
