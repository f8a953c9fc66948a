import { PolicyUnsupportedError } from '@linux-sandbox/errors'
import { nodeDisk } from '@linux-sandbox/host-probe'
import { canonicalPath } from '@linux-sandbox/mount-plan'
import {
  absolutePath,
  isFullDiskWrite,
  parentPath,
  resolvePolicy,
  type PermissionProfile,
  type ResolveContext,
} from '@linux-sandbox/policy'
import { distrust, exposure } from './launcher-trust.js'

/**
 * `profile`, under which the command cannot change the native program, which the next start executes outside every sandbox. A backend that
 * cannot keep a part of a writable directory read-only refuses the entry.
 *
 * @throws {PolicyUnsupportedError} when an entry grants just that program, or its directory, or where a link to it is.
 */
export function guardProgram(
  profile: PermissionProfile,
  context: ResolveContext,
  program: string,
): PermissionProfile {
  if (profile.type !== 'managed' || profile.file_system.type !== 'restricted') return profile
  const policy = resolvePolicy(profile, context)
  // Who grants the whole disk trusts the command with every program; another entry would give that another meaning.
  if (isFullDiskWrite(policy)) return profile
  const found = canonicalPath(nodeDisk, absolutePath(program))
  if (distrust(found, policy) === undefined) return profile
  const { file_system: fileSystem } = profile
  const directory = parentPath(found.path)
  const entry = { path: { type: 'path', path: directory }, access: 'read' } as const
  const guarded = { ...profile, file_system: { ...fileSystem, entries: [...fileSystem.entries, entry] } }
  const exposed = exposure(found, resolvePolicy(guarded, context))
  if (exposed === undefined) return guarded
  throw new PolicyUnsupportedError(
    `read on ${directory}`,
    `the native program ${program} ${exposed}, and the next start executes it outside every sandbox`,
    { hint: 'take that directory out of what the command may write, or install linux-sandbox elsewhere' },
  )
}
