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
  /** Where the configuration was read that holds now. */
  readonly used: string | undefined
  /** Where one would be read that is not there, or that was not looked at. */
  readonly unused: readonly string[]
}

/**
 * `profile`, under which the command cannot put a configuration to an unused place.
 *
 * @param directory - what `project_roots` means in the profile
 * @throws {PolicyUnsupportedError} when it could change the one that is used, or an entry grants just an unused place.
 */
export function guardConfiguration(
  profile: PermissionProfile,
  directory: string,
  { used, unused }: GuardedPaths,
): PermissionProfile {
  if (profile.type !== 'managed' || profile.file_system.type !== 'restricted') return profile
  const readings = readingsOf(profile, directory)
  const grant = used === undefined ? undefined : findFor(used, readings, writableConfiguration)
  if (used !== undefined && grant !== undefined)
    throw couldBeChanged(used, grant, 'name another one by --config')

  const exposed = unused.filter((path) => findFor(path, readings, writableConfiguration) !== undefined)
  if (exposed.length === 0) return profile
  const { file_system: fileSystem } = profile
  const entries = exposed.map((path) => keptEntry(parentPath(absolutePath(path)), readings))
  const guarded = { ...profile, file_system: { ...fileSystem, entries: [...fileSystem.entries, ...entries] } }
  const guardedReadings = readingsOf(guarded, directory)
  for (const path of exposed) {
    const remaining = findFor(path, guardedReadings, grantAt)
    if (remaining !== undefined) throw couldBeChanged(path, remaining, 'grant no more than what is beside it')
  }
  return guarded
}

/** What the profile says by the names in its entries, and of the objects that these name. */
function readingsOf(profile: PermissionProfile, directory: string): readonly ResolvedPolicy[] {
  const policy = resolvePolicy(profile, { cwd: absolutePath(directory), tmpdir: process.env['TMPDIR'] })
  return [policy, withCanonicalEntries(policy, nodeDisk)]
}

/** The first entry that `find` finds for a name of `path`. */
function findFor(
  path: string,
  readings: readonly ResolvedPolicy[],
  find: (policy: ResolvedPolicy, path: AbsolutePath) => ResolvedEntry | undefined,
): ResolvedEntry | undefined {
  return namesOf(absolutePath(path))
    .flatMap((name) => readings.map((policy) => find(policy, name)))
    .find((entry) => entry !== undefined)
}

/** The entry by which the command may write just `path`, whatever holds above it. */
function grantAt(policy: ResolvedPolicy, path: AbsolutePath): ResolvedEntry | undefined {
  const { access, decidedBy } = accessOf(policy, path)
  return access === 'write' && decidedBy.kind === 'entry' ? decidedBy.entry : undefined
}

/** Keeps `path` from being written, and denied where it is. */
function keptEntry(path: AbsolutePath, readings: readonly ResolvedPolicy[]): FileSystemEntry {
  const isDenied = namesOf(path).some((name) =>
    readings.some((policy) => accessOf(policy, name).access === 'deny'),
  )
  return { path: { type: 'path', path }, access: isDenied ? 'deny' : 'read' }
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

function couldBeChanged(
  path: string,
  { access, origin }: ResolvedEntry,
  remedy: string,
): PolicyUnsupportedError {
  return new PolicyUnsupportedError(
    `${access} on ${origin.spelling}`,
    `the command could change the configuration ${path}, and with it what the next one may do`,
    { hint: `keep the configuration out of what the command may write, or ${remedy}` },
  )
}
