import { BUILTIN_PROFILE_NAMES } from '@linux-sandbox/policy'
import type { IssueList, Located } from './place.js'
import { unknownKey } from './readers.js'
import type { SandboxMode, Settings } from './settings.js'
import { quote } from './tree.js'

/** The profile that holds. Whether `name` exists has been checked only where it comes from the configuration. */
export interface Selection {
  readonly name: string
}

const DEFAULT_PROFILE = ':workspace'

/** The profile that each mode is. */
const MODE_PROFILES: Readonly<Record<SandboxMode, string>> = {
  'read-only': ':read-only',
  'workspace-write': ':workspace',
  'danger-full-access': ':danger-full-access',
}

/**
 * Which profile holds: the one that was `asked` for; else what the overrides choose; else what the document
 * chooses; else `:workspace`. To choose in two ways at the same of these places is a contradiction.
 */
export function selectProfile(settings: Settings, asked: string | undefined, issues: IssueList): Selection {
  const { defaultPermissions, sandboxMode, profiles } = settings
  const names = profiles.map(({ name }) => name)
  if (defaultPermissions !== undefined) {
    const problem = nameProblem(defaultPermissions.value, names)
    if (problem !== undefined) issues.add(defaultPermissions.place, problem)
  }
  if (defaultPermissions !== undefined && sandboxMode !== undefined) {
    const isSamePlace = isOverride(defaultPermissions) === isOverride(sandboxMode)
    if (isSamePlace) issues.add(sandboxMode.place, 'contradicts default_permissions; keep one')
  }
  if (asked !== undefined) {
    if (sandboxMode !== undefined && isOverride(sandboxMode))
      issues.add(sandboxMode.place, `contradicts the profile ${quote(asked)} that was asked for; keep one`)
    return { name: asked }
  }
  const mode = sandboxMode && { ...sandboxMode, value: MODE_PROFILES[sandboxMode.value] }
  const choices = [defaultPermissions, mode].filter((choice) => choice !== undefined)
  const chosen = choices.find((choice) => isOverride(choice)) ?? choices[0]
  return { name: chosen?.value ?? DEFAULT_PROFILE }
}

function isOverride({ place }: Located<string>): boolean {
  return place.override !== undefined
}

function nameProblem(name: string, names: readonly string[]): string | undefined {
  const known = [...names, ...BUILTIN_PROFILE_NAMES]
  if (known.includes(name)) return undefined
  return name.startsWith(':')
    ? `${quote(name)} is no built-in profile; those are ${BUILTIN_PROFILE_NAMES.join(', ')}`
    : `${quote(name)} ${unknownKey(name, known)}`
}
