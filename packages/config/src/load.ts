import { UnknownProfileError } from '@linux-sandbox/errors'
import {
  absolutePath,
  builtinProfile,
  BUILTIN_PROFILE_NAMES,
  type AbsolutePath,
  type PermissionProfile,
} from '@linux-sandbox/policy'
import { checkNetworks, checkParents, completeProfile } from './inherit.js'
import { materialize } from './materialize.js'
import type { NetworkSettings } from './network.js'
import type { Note } from './notes.js'
import { IssueList } from './place.js'
import { readTree, type ConfigurationSource } from './read-tree.js'
import { selectProfile, type Selection } from './select.js'
import { readSettings, type BackendName, type Settings } from './settings.js'
import { withWorkspaceWrite } from './workspace-write.js'

export interface LoadOptions extends ConfigurationSource {
  /** Name of the profile to use, whatever the configuration says. */
  readonly profile?: string | undefined
  /** What `~` stands for. Absolute. */
  readonly home?: string | undefined
  /** The first workspace root. Absolute; the policy must be resolved with the same. */
  readonly cwd: string
}

/** What holds for one command. */
export interface Configuration extends Pick<NetworkSettings, 'proxy' | 'unixSockets'> {
  /** The name in the document, or of a built-in profile. */
  readonly profileName: string
  readonly profile: PermissionProfile
  readonly backend: BackendName
  /** What is allowed and probably not meant. */
  readonly notes: readonly Note[]
}

/**
 * The configuration that the document and the overrides are. Without either, the profile is `:workspace`.
 *
 * @throws {PolicyInvalidError} with everything that is wrong, each with its path and line or its override.
 * @throws {UnknownProfileError} when `profile` names none.
 */
export function loadConfiguration(options: LoadOptions): Configuration {
  const issues = new IssueList(options.document?.name)
  const cwd = absolutePath(options.cwd)
  const root = readTree(options, issues)
  const settings = readSettings(root, { issues, home: options.home })
  checkParents(settings.profiles, issues)
  const selection = selectProfile(settings, options.profile, issues)
  issues.throwIfAny()
  checkNetworks(settings.profiles, issues)
  issues.throwIfAny()
  return { ...profileOf(selection, settings, cwd), backend: settings.backend }
}

type ChosenProfile = Omit<Configuration, 'backend'>

/** Of the built-in profiles. */
const NO_PROXY = { proxy: undefined, unixSockets: false } as const

function profileOf({ name }: Selection, settings: Settings, cwd: AbsolutePath): ChosenProfile {
  const { profiles, workspaceWrite } = settings
  if (name === ':workspace') {
    const profile = builtinProfile(name)
    const settled = workspaceWrite === undefined ? profile : withWorkspaceWrite(profile, workspaceWrite)
    return { profileName: name, profile: settled, ...NO_PROXY, notes: [] }
  }
  const unused: Note[] = workspaceWrite === undefined ? [] : [withoutEffect(name, workspaceWrite)]
  const definition = profiles.find((profile) => profile.name === name)
  if (definition !== undefined) {
    const { notes, ...settled } = materialize(completeProfile(definition, profiles), cwd)
    return { profileName: name, ...settled, notes: [...unused, ...notes] }
  }
  if (!BUILTIN_PROFILE_NAMES.some((known) => known === name))
    throw new UnknownProfileError(name, knownNames(settings))
  return { profileName: name, profile: builtinProfile(name), ...NO_PROXY, notes: unused }
}

function withoutEffect(name: string, { place }: NonNullable<Settings['workspaceWrite']>): Note {
  const message = `sandbox_workspace_write has no effect with the profile ${name}; it belongs to :workspace`
  return { kind: 'settings-without-effect', message, ...place }
}

function knownNames({ profiles }: Settings): string[] {
  return [...profiles.map(({ name }) => name), ...BUILTIN_PROFILE_NAMES]
}
