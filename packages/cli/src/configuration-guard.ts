import { writableConfiguration } from '@linux-sandbox/config'
import { nodeDisk } from '@linux-sandbox/host-probe'
import { canonicalPath } from '@linux-sandbox/mount-plan'
import {
  absolutePath,
  accessOf,
  parentPath,
  resolvePolicy,
  type AbsolutePath,
  type PermissionProfile,
  type ResolvedEntry,
  type ResolvedPolicy,
} from '@linux-sandbox/policy'
import { isSandboxError, PolicyUnsupportedError } from 'linux-sandbox'

/** What a command must not be able to decide by itself the next time. */
export interface GuardedPaths {
  /** Where the configuration was read that holds now, and where the environment says that one is. */
  readonly named: readonly string[]
  /** Where one would be read that is not there, or that was not looked at. */
  readonly unused: readonly string[]
}

/**
 * `profile`, under which the command cannot put a configuration to an unused place.
 *
 * @param directory - what `project_roots` means in the profile
 * @throws {PolicyUnsupportedError} when it could change a named one, or put one to an unused place all the same.
 */
export function guardConfiguration(
  profile: PermissionProfile,
  directory: string,
  { named, unused }: GuardedPaths,
): PermissionProfile {
  if (profile.type !== 'managed' || profile.file_system.type !== 'restricted') return profile
  const resolve = (one: PermissionProfile): ResolvedPolicy =>
    resolvePolicy(one, { cwd: absolutePath(directory), tmpdir: process.env['TMPDIR'] })
  const policy = resolve(profile)
  const policies = [policy, aboutObjects(policy)]
  const grantOf = (path: string): ResolvedEntry | undefined =>
    [absolutePath(path), ...canonicalNamesOf(absolutePath(path))]
      .flatMap((name) => policies.map((one) => writableConfiguration(one, name)))
      .find((entry) => entry !== undefined)

  for (const path of named)
    refuse(path, grantOf(path), 'name another one by --config or $LINUX_SANDBOX_CONFIG')
  const exposed = unused.filter((path) => grantOf(path) !== undefined).map(absolutePath)
  if (exposed.length === 0) return profile
  const { file_system: fileSystem } = profile
  const entries = exposed.map((path) => ({
    path: { type: 'path', path: parentPath(path) } as const,
    access: 'read' as const,
  }))
  const guarded = { ...profile, file_system: { ...fileSystem, entries: [...fileSystem.entries, ...entries] } }
  const objects = aboutObjects(resolve(guarded))
  for (const path of exposed) refuse(path, remainingGrant(objects, path), 'let no link lead there')
  return guarded
}

/** An entry that lets the command make the file all the same: it is for the same directory, or for where a link leads or is. */
function remainingGrant(policy: ResolvedPolicy, path: AbsolutePath): ResolvedEntry | undefined {
  for (const name of canonicalNamesOf(path)) {
    const { access, decidedBy } = accessOf(policy, name)
    if (access === 'write' && decidedBy.kind === 'entry') return decidedBy.entry
  }
  return undefined
}

/** Entries hold for what they name, and not for one name of it. */
function aboutObjects(policy: ResolvedPolicy): ResolvedPolicy {
  const { fileSystem } = policy
  if (fileSystem.kind === 'unrestricted') return policy
  const entries = fileSystem.entries.map((entry) => ({
    ...entry,
    path: canonicalPath(nodeDisk, entry.path).path,
  }))
  return { ...policy, fileSystem: { ...fileSystem, entries } }
}

/**
 * Whoever can replace one of these can replace the file: each link that leads to it is a name of its own. What this user cannot look at,
 * as in the home of another, the command cannot either.
 */
function canonicalNamesOf(path: AbsolutePath): AbsolutePath[] {
  try {
    const { path: canonical, links } = canonicalPath(nodeDisk, path)
    return [...links.map((link) => link.path), canonical]
  } catch (error) {
    if (!isSandboxError(error)) throw error
    return []
  }
}

function refuse(path: string, grant: ResolvedEntry | undefined, remedy: string): void {
  if (grant === undefined) return
  throw new PolicyUnsupportedError(
    `${grant.access} on ${grant.origin.spelling}`,
    `the command could change the configuration ${path}, and with it what the next one may do`,
    { hint: `keep the configuration out of what the command may write, or ${remedy}` },
  )
}
