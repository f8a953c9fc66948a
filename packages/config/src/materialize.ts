import {
  joinPath,
  validateProfile,
  type AbsolutePath,
  type EntryPath,
  type FileSystemEntry,
  type PermissionProfile,
} from '@linux-sandbox/policy'
import type { CompleteProfile } from './inherit.js'
import { networkNotes, networkSettings, type NetworkSettings } from './network.js'
import type { Note } from './notes.js'
import { patternBelow } from './patterns.js'
import { targetKey, type ProfileEntry, type Target } from './profile-entries.js'
import { describePlace } from './readers.js'

/** A profile for certain directories. */
export interface Materialized extends Pick<NetworkSettings, 'proxy' | 'unixSockets'> {
  readonly profile: PermissionProfile
  readonly notes: readonly Note[]
}

/**
 * `complete` for the workspace roots `cwd`, which stays "the workspace root" of the wire format, and those it enables
 * itself: each entry for workspace roots becomes one for each of them. The order is that of the paths, so that it does
 * not depend on how the document is written.
 */
export function materialize(complete: CompleteProfile, cwd: AbsolutePath): Materialized {
  const roots = [...complete.roots]
    .filter(([path, { enabled }]) => enabled && path !== cwd)
    .map(([path]) => path)
    .toSorted(compare)
  const entries = [...complete.entries.values()].toSorted((a, b) =>
    compare(targetKey(a.target), targetKey(b.target)),
  )
  const found = entries.flatMap((entry) =>
    pathsOf(entry.target, { cwd, roots }).map((one): Concrete => ({ ...one, entry })),
  )
  const { isEnabled, ...network } = networkSettings(complete.network)
  const profile = validateProfile({
    type: 'managed',
    file_system: {
      type: 'restricted',
      entries: found.map(({ path, entry: { access } }): FileSystemEntry => ({ path, access })),
      ...(complete.globScanMaxDepth === undefined ? {} : { glob_scan_max_depth: complete.globScanMaxDepth }),
    },
    network: isEnabled ? 'enabled' : 'restricted',
  })
  return {
    profile,
    ...network,
    notes: [
      ...profileNotes(complete),
      ...networkNotes(complete.name, complete.place, complete.network),
      ...samePathNotes(found),
    ],
  }
}

interface Roots {
  readonly cwd: AbsolutePath
  readonly roots: readonly AbsolutePath[]
}

interface ConcretePath {
  readonly path: EntryPath
  /** The directory or file, where it is one and known. */
  readonly at?: string
}

interface Concrete extends ConcretePath {
  readonly entry: ProfileEntry
}

function pathsOf(target: Target, { cwd, roots }: Roots): ConcretePath[] {
  switch (target.kind) {
    case 'special':
      return [{ path: { type: 'special', value: { kind: target.special } }, at: targetKey(target) }]
    case 'path':
      return [literal(target.path)]
    case 'pattern':
      return [glob(target.pattern)]
    case 'workspace': {
      const { subpath } = target
      const value = { kind: 'project_roots', ...(subpath === '' ? {} : { subpath }) } as const
      return [
        { path: { type: 'special', value }, at: joinPath(cwd, subpath) },
        ...roots.map((root) => literal(joinPath(root, subpath))),
      ]
    }
    case 'workspace-pattern':
      // A relative pattern starts at the working directory. The dot keeps braces from making it absolute.
      return [
        glob(`./${target.pattern}`),
        ...roots.map((root) => glob(patternBelow(root, `./${target.pattern}`))),
      ]
  }
}

function literal(path: AbsolutePath): ConcretePath {
  return { path: { type: 'path', path }, at: path }
}

function glob(pattern: string): ConcretePath {
  return { path: { type: 'glob_pattern', pattern } }
}

function profileNotes({ name, place, entries, roots }: CompleteProfile): Note[] {
  if (entries.size === 0) {
    const message = `the profile ${name} has no entry for the file system, so that nothing can be read and no command can start`
    return [{ kind: 'grants-nothing', message, ...place }]
  }
  const usesRoots = [...entries.values()].some(({ target }) => target.kind.startsWith('workspace'))
  if (usesRoots) return []
  const enabled = [...roots].filter(([, root]) => root.enabled).toSorted(([a], [b]) => compare(a, b))
  return enabled.map(([path, root]): Note => {
    const message = `the workspace root ${path} has no effect: the profile ${name} has no entry for :workspace_roots`
    return { kind: 'roots-without-entry', message, ...root.place }
  })
}

/** Entries that turn out to be about one path and disagree: which of them holds should surprise nobody. */
function samePathNotes(found: readonly Concrete[]): Note[] {
  const first = new Map<string, ProfileEntry>()
  return found.flatMap(({ at, entry }) => {
    if (at === undefined) return []
    const other = first.get(at)
    if (other === undefined) first.set(at, entry)
    if (other === undefined || other.access === entry.access) return []
    const both = `${targetKey(other.target)} is ${other.access} and ${targetKey(entry.target)} is ${entry.access}`
    const message = `two entries are for ${at}: ${both} (${describePlace(other.place)}); deny wins over write, write over read`
    return [{ kind: 'same-path', message, ...entry.place }]
  })
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
