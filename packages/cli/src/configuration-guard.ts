import { writableConfiguration } from '@linux-sandbox/config'
import { nodeDisk } from '@linux-sandbox/host-probe'
import { canonicalPath } from '@linux-sandbox/mount-plan'
import {
  absolutePath,
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
  /** Where the configuration was read that holds now. */
  readonly used: string | undefined
  /** Where one would be read that is not there, or that was not looked at. */
  readonly unused: readonly string[]
}

/**
 * `profile`, under which the command cannot put a configuration to an unused place.
 *
 * @param directory - what `project_roots` means in the profile
 * @throws {PolicyUnsupportedError} when it could change the one that is used.
 */
export function guardConfiguration(
  profile: PermissionProfile,
  directory: string,
  { used, unused }: GuardedPaths,
): PermissionProfile {
  if (profile.type !== 'managed' || profile.file_system.type !== 'restricted') return profile
  const policy = resolvePolicy(profile, { cwd: absolutePath(directory), tmpdir: process.env['TMPDIR'] })
  const policies = [policy, aboutObjects(policy)]
  const grantOf = (path: string): ResolvedEntry | undefined =>
    namesOf(absolutePath(path))
      .flatMap((name) => policies.map((one) => writableConfiguration(one, name)))
      .find((entry) => entry !== undefined)

  const grant = used === undefined ? undefined : grantOf(used)
  if (used !== undefined && grant !== undefined) throw couldBeChanged(used, grant)
  const exposed = unused.filter((path) => grantOf(path) !== undefined)
  const entries = exposed.map((path) => ({
    path: { type: 'path', path: parentPath(absolutePath(path)) } as const,
    access: 'read' as const,
  }))
  if (entries.length === 0) return profile
  const { file_system: fileSystem } = profile
  return { ...profile, file_system: { ...fileSystem, entries: [...fileSystem.entries, ...entries] } }
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
function namesOf(path: AbsolutePath): AbsolutePath[] {
  try {
    const { path: canonical, links } = canonicalPath(nodeDisk, path)
    return [path, ...links.map((link) => link.path), canonical]
  } catch (error) {
    if (!isSandboxError(error)) throw error
    return [path]
  }
}

function couldBeChanged(path: string, { access, origin }: ResolvedEntry): PolicyUnsupportedError {
  return new PolicyUnsupportedError(
    `${access} on ${origin.spelling}`,
    `the command could change the configuration ${path}, and with it what the next one may do`,
    { hint: 'keep the configuration out of what the command may write, or name another one by --config' },
  )
}
