import { freezeDeep } from './freeze.js'
import { compileGlob } from './globs.js'
import { joinPath, parseAbsolutePath, ROOT_PATH, type AbsolutePath } from './path.js'
import type {
  FileSystemEntry,
  PermissionProfile,
  RestrictedFileSystem,
  SpecialPath,
  SpecialValue,
} from './profile.js'
import { readsWholeDisk } from './precedence.js'
import { protectedNames, type ProtectedNameList } from './protected-names.js'
import type {
  Origin,
  PolicyNote,
  ResolvedEntry,
  ResolvedFileSystem,
  ResolvedGlob,
  ResolvedPolicy,
} from './resolved-policy.js'

/** What the entries of a profile refer to without naming it. */
export interface ResolveContext {
  /** The working directory of the policy, the one workspace root. */
  readonly cwd: AbsolutePath
  /** `$TMPDIR` as the environment has it. */
  readonly tmpdir?: string | undefined
  /** Default `default`. */
  readonly protectedNames?: ProtectedNameList | undefined
}

/** The policy that `profile` is in `context`. Does not look at the disk: what exists is left to the planner. */
export function resolvePolicy(profile: PermissionProfile, context: ResolveContext): ResolvedPolicy {
  const notes: PolicyNote[] = []
  return freezeDeep({
    fileSystem: resolveFileSystem(profile, context, notes),
    network: profile.type === 'disabled' ? 'enabled' : profile.network,
    isExternal: profile.type === 'external',
    protectedNames: protectedNames(context.protectedNames ?? 'default'),
    notes,
  })
}

function resolveFileSystem(
  profile: PermissionProfile,
  context: ResolveContext,
  notes: PolicyNote[],
): ResolvedFileSystem {
  if (profile.type !== 'managed' || profile.file_system.type === 'unrestricted')
    return { kind: 'unrestricted' }
  return resolveEntries(profile.file_system, context, notes)
}

type Outcome =
  | { readonly kind: 'entry'; readonly entry: ResolvedEntry }
  | { readonly kind: 'glob'; readonly glob: ResolvedGlob; readonly note?: PolicyNote }
  | { readonly kind: 'platform-defaults' }
  | { readonly kind: 'nothing'; readonly note: PolicyNote }

function resolveEntries(
  { entries, glob_scan_max_depth: globScanMaxDepth }: RestrictedFileSystem,
  context: ResolveContext,
  notes: PolicyNote[],
): ResolvedFileSystem {
  const outcomes = entries.map((entry, index) => resolveEntry(entry, index, context))
  for (const outcome of outcomes) if ('note' in outcome) notes.push(outcome.note)
  const paths = {
    entries: outcomes.flatMap((outcome) => (outcome.kind === 'entry' ? [outcome.entry] : [])),
    globs: outcomes.flatMap((outcome) => (outcome.kind === 'glob' ? [outcome.glob] : [])),
  }
  const hasMinimal = outcomes.some(({ kind }) => kind === 'platform-defaults')
  return {
    kind: 'restricted',
    ...paths,
    platformDefaults: hasMinimal && !readsWholeDisk(paths),
    ...(globScanMaxDepth === undefined ? {} : { globScanMaxDepth }),
  }
}

function resolveEntry(entry: FileSystemEntry, index: number, context: ResolveContext): Outcome {
  const { path } = entry
  switch (path.type) {
    case 'path':
      return entryAt(path.path, entry, { index, spelling: path.path })
    case 'glob_pattern':
      return resolveGlob(path.pattern, entry, { index, spelling: path.pattern }, context)
    case 'special':
      return resolveSpecial(path, entry, { index, spelling: spellSpecial(path.value) }, context)
  }
}

function entryAt(path: AbsolutePath, entry: FileSystemEntry, origin: Origin): Outcome {
  const { access, missing_path_behavior: ifMissing = 'default' } = entry
  const special = entry.path.type === 'special' ? { special: entry.path.value.kind } : {}
  return { kind: 'entry', entry: { path, access, origin, ifMissing, ...special } }
}

function resolveGlob(
  pattern: string,
  { access }: FileSystemEntry,
  origin: Origin,
  { cwd }: ResolveContext,
): Outcome {
  if (access !== 'deny') {
    const message = `a pattern grants nothing: ${access} on ${pattern} is without effect`
    return { kind: 'nothing', note: { kind: 'glob-without-deny', message, origin } }
  }
  const glob = { pattern, alternatives: compileGlob(withoutRootsPrefix(pattern), cwd), origin }
  if (pattern !== '~' && !pattern.startsWith('~/')) return { kind: 'glob', glob }
  const message = `the ~ in ${pattern} is the name of a directory in ${cwd}, not a home directory`
  return { kind: 'glob', glob, note: { kind: 'tilde-is-literal', message, origin } }
}

/**
 * Marks a pattern that stands for one in each workspace root, and should have been replaced by those. Taken as a
 * name it would match nothing, and a denial would be lost.
 */
const ROOTS_PREFIX = /^codex-project-roots:\/+/

function withoutRootsPrefix(pattern: string): string {
  return pattern.replace(ROOTS_PREFIX, './')
}

function resolveSpecial(
  { value }: SpecialPath,
  entry: FileSystemEntry,
  origin: Origin,
  { cwd, tmpdir }: ResolveContext,
): Outcome {
  switch (value.kind) {
    case 'root':
      return entryAt(ROOT_PATH, entry, origin)
    case 'minimal':
      if (entry.access !== 'deny') return { kind: 'platform-defaults' }
      return nothing('minimal-without-effect', 'deny on :minimal takes nothing away', origin)
    case 'project_roots':
      return entryAt(joinPath(cwd, value.subpath ?? ''), entry, origin)
    case 'tmpdir': {
      const path = parseAbsolutePath(tmpdir ?? '')
      if (path !== undefined && isUsableTmpdir(path, entry)) return entryAt(path, entry, origin)
      return nothing(
        'tmpdir-without-path',
        `:tmpdir is no path because TMPDIR ${describeTmpdir(tmpdir)}`,
        origin,
      )
    }
    case 'slash_tmp':
      return entryAt(joinPath(ROOT_PATH, 'tmp'), entry, origin)
    case 'unknown':
      return nothing('unknown-special', `${origin.spelling} is unknown to this version`, origin)
  }
}

/** `TMPDIR=/` comes from the environment, and must not turn "the temporary directory" into the whole disk. */
function isUsableTmpdir(path: AbsolutePath, { access }: FileSystemEntry): boolean {
  return path !== ROOT_PATH || access === 'deny'
}

function describeTmpdir(tmpdir: string | undefined): string {
  if (tmpdir === undefined) return 'is not set'
  if (tmpdir === '') return 'is empty'
  return parseAbsolutePath(tmpdir) === undefined ? 'is no absolute path' : 'is /'
}

function nothing(kind: PolicyNote['kind'], message: string, origin: Origin): Outcome {
  return { kind: 'nothing', note: { kind, message, origin } }
}

/** As the configuration spells it, where `project_roots` is called `:workspace_roots`. */
function spellSpecial(value: SpecialValue): string {
  switch (value.kind) {
    case 'project_roots':
      return value.subpath ? `:workspace_roots/${value.subpath}` : ':workspace_roots'
    case 'unknown':
      return value.subpath ? `${value.path}/${value.subpath}` : value.path
    default:
      return `:${value.kind}`
  }
}
