import { writableConfiguration } from '@linux-sandbox/config'
import { nodeDisk } from '@linux-sandbox/host-probe'
import { canonicalPath, withCanonicalEntries } from '@linux-sandbox/mount-plan'
import {
  absolutePath,
  accessOf,
  parentPath,
  resolvePolicy,
  type AbsolutePath,
  type FileSystemEntry,
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
  const policies = readingsOf(profile, directory)
  const grantOf = grantFinder(policies)
  for (const path of named)
    refuse(path, grantOf(path), 'name another one by --config or $LINUX_SANDBOX_CONFIG')
  const exposed = unused.filter((path) => grantOf(path) !== undefined).map(absolutePath)
  if (exposed.length === 0) return profile
  const { file_system: fileSystem } = profile
  const entries = exposed.map((path) => keptEntry(parentPath(path), policies))
  const guarded = { ...profile, file_system: { ...fileSystem, entries: [...fileSystem.entries, ...entries] } }
  const [, objects] = readingsOf(guarded, directory)
  for (const path of exposed) {
    refuse(
      path,
      remainingGrant(objects, path),
      'grant nothing that is just there, and let no link lead there',
    )
  }
  return guarded
}

/**
 * Finds the entry that lets the command write the file at a path, or put another in its place. `undefined` for a profile that does not
 * restrict paths.
 *
 * @param directory - what `project_roots` means in the profile
 */
export function writeGrantFinder(
  profile: PermissionProfile,
  directory: string,
): ((path: string) => ResolvedEntry | undefined) | undefined {
  if (profile.type !== 'managed' || profile.file_system.type !== 'restricted') return undefined
  return grantFinder(readingsOf(profile, directory))
}

function grantFinder(policies: readonly ResolvedPolicy[]): (path: string) => ResolvedEntry | undefined {
  return (path) =>
    namesOf(absolutePath(path))
      .flatMap((name) => policies.map((one) => writableConfiguration(one, name)))
      .find((entry) => entry !== undefined)
}

/** What the profile says by the names in its entries, and of the objects that these name: entries hold for what they name. */
function readingsOf(profile: PermissionProfile, directory: string): [ResolvedPolicy, ResolvedPolicy] {
  const policy = resolvePolicy(profile, { cwd: absolutePath(directory), tmpdir: process.env['TMPDIR'] })
  return [policy, withCanonicalEntries(policy, nodeDisk)]
}

/** Keeps `path` from being written, and denied where it is. */
function keptEntry(path: AbsolutePath, policies: readonly ResolvedPolicy[]): FileSystemEntry {
  const isDenied = namesOf(path).some((name) => policies.some((one) => accessOf(one, name).access === 'deny'))
  return { path: { type: 'path', path }, access: isDenied ? 'deny' : 'read' }
}

/** An entry that lets the command make the file all the same: it is for the same directory, or for where a link leads or is. */
function remainingGrant(objects: ResolvedPolicy, path: AbsolutePath): ResolvedEntry | undefined {
  for (const name of canonicalNamesOf(path)) {
    const { access, decidedBy } = accessOf(objects, name)
    if (access === 'write' && decidedBy.kind === 'entry') return decidedBy.entry
  }
  return undefined
}

function namesOf(path: AbsolutePath): AbsolutePath[] {
  return [path, ...canonicalNamesOf(path)]
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
