import { builtinProfile, BUILTIN_PROFILE_NAMES, type AbsolutePath } from '@linux-sandbox/policy'
import { checkNetwork, inheritNetwork } from './network.js'
import type { IssueList, Place } from './place.js'
import {
  targetKey,
  type EntryMap,
  type ProfileDefinition,
  type ProfileEntry,
  type Target,
  type WorkspaceRoot,
} from './profile-entries.js'
import { NO_NETWORK, type NetworkDefinition } from './read-network.js'
import { unknownKey } from './readers.js'
import { quote } from './tree.js'

/** A profile with all that it inherits. */
export interface CompleteProfile {
  readonly name: string
  readonly place: Place
  readonly roots: ReadonlyMap<AbsolutePath, WorkspaceRoot>
  readonly entries: EntryMap
  readonly globScanMaxDepth: number | undefined
  readonly network: NetworkDefinition
}

/** `:danger-full-access` has no entries that could be inherited. */
const EXTENSIBLE: readonly string[] = BUILTIN_PROFILE_NAMES.filter((name) => name !== ':danger-full-access')

/** Adds an issue for each `extends` that names nothing, or leads back to its own profile. */
export function checkParents(profiles: readonly ProfileDefinition[], issues: IssueList): void {
  const names = profiles.map(({ name }) => name)
  for (const { name, parent } of profiles) {
    if (parent === undefined) continue
    const problem = parentProblem(parent.value, names) ?? cycleProblem(name, profiles)
    if (problem !== undefined) issues.add(parent.place, problem)
  }
}

function parentProblem(parent: string, names: readonly string[]): string | undefined {
  if (EXTENSIBLE.includes(parent) || names.includes(parent)) return undefined
  if (!parent.startsWith(':')) return `${quote(parent)} ${unknownKey(parent, [...names, ...EXTENSIBLE])}`
  const isBuiltin = BUILTIN_PROFILE_NAMES.some((name) => name === parent)
  return `${quote(parent)} ${isBuiltin ? 'cannot be extended' : 'is no built-in profile'}; only ${EXTENSIBLE.join(' and ')} can`
}

/** Only for the members of a cycle, not for what extends one of them. */
function cycleProblem(name: string, profiles: readonly ProfileDefinition[]): string | undefined {
  const chain = [name]
  let next = parentOf(name, profiles)
  while (next !== undefined && !chain.includes(next)) {
    chain.push(next)
    next = parentOf(next, profiles)
  }
  return next === name ? `leads back to itself: ${[...chain, name].map(quote).join(' extends ')}` : undefined
}

function parentOf(name: string, profiles: readonly ProfileDefinition[]): string | undefined {
  return profiles.find((profile) => profile.name === name)?.parent?.value
}

/** Adds an issue for each profile whose network contradicts itself with what it inherits. The parents were checked. */
export function checkNetworks(profiles: readonly ProfileDefinition[], issues: IssueList): void {
  for (const definition of profiles) checkNetwork(completeProfile(definition, profiles).network, issues)
}

/** `definition` with what its parents say and it does not. The parents were checked. */
export function completeProfile(
  definition: ProfileDefinition,
  profiles: readonly ProfileDefinition[],
): CompleteProfile {
  const base = parentProfile(definition, profiles)
  return {
    name: definition.name,
    place: definition.place,
    roots: new Map([...(base?.roots ?? []), ...definition.roots]),
    entries: new Map([...(base?.entries ?? []), ...definition.entries]),
    globScanMaxDepth: definition.globScanMaxDepth ?? base?.globScanMaxDepth,
    network: inheritNetwork(base?.network ?? NO_NETWORK, definition.network),
  }
}

function parentProfile(
  { parent }: ProfileDefinition,
  profiles: readonly ProfileDefinition[],
): CompleteProfile | undefined {
  if (parent === undefined) return undefined
  const known = profiles.find(({ name }) => name === parent.value)
  return known === undefined ? builtinParent(parent.value, parent.place) : completeProfile(known, profiles)
}

/**
 * The built-in profile `name` as a parent. Without the entries for protected names: those are protected anyway, and
 * as entries of the parent they would stay when the child moves the workspace.
 */
function builtinParent(name: string, place: Place): CompleteProfile {
  const profile = builtinProfile(name)
  if (profile.type !== 'managed' || profile.file_system.type !== 'restricted')
    throw new TypeError(`${name} has no entries`)
  const entries = profile.file_system.entries
    .filter(({ missing_path_behavior: ifMissing }) => ifMissing === undefined)
    .map(({ path, access }): ProfileEntry => {
      if (path.type !== 'special') throw new TypeError(`${name} has an entry that depends on this host`)
      return { target: builtinTarget(path.value.kind), access, place }
    })
  return {
    name,
    place,
    roots: new Map(),
    entries: new Map(entries.map((entry) => [targetKey(entry.target), entry])),
    globScanMaxDepth: profile.file_system.glob_scan_max_depth,
    // None that can be extended has one, so nothing is closed that a child could not open.
    network: NO_NETWORK,
  }
}

function builtinTarget(kind: string): Target {
  switch (kind) {
    case 'root':
    case 'minimal':
    case 'tmpdir':
    case 'slash_tmp':
      return { kind: 'special', special: kind }
    case 'project_roots':
      return { kind: 'workspace', subpath: '' }
    default:
      throw new TypeError(`no target is called ${kind}`)
  }
}
