import { BUILTIN_PROFILE_NAMES } from '@linux-sandbox/policy'
import { IssueList } from './place.js'
import { readTree, type ConfigurationSource } from './read-tree.js'

export interface ProfileSummary {
  readonly name: string
  readonly description?: string
  readonly isBuiltin: boolean
}

const BUILTIN_DESCRIPTIONS: Readonly<Record<(typeof BUILTIN_PROFILE_NAMES)[number], string>> = {
  ':read-only': 'reads everything, writes nothing, no network',
  ':workspace': 'reads everything, writes the working directory and the temporary directories, no network',
  ':danger-full-access': 'no sandbox',
}

/**
 * The profiles that can be named: those of the configuration in its order, then the built-in ones. Looks at names and
 * descriptions only, so that a mistake elsewhere in the configuration does not keep a shell from completing.
 *
 * @throws {PolicyInvalidError} when the document is no TOML, or an override has no key.
 */
export function listProfiles(source: ConfigurationSource): readonly ProfileSummary[] {
  const issues = new IssueList(source.document?.name)
  const permissions = readTree(source, issues).entries.get('permissions')
  issues.throwIfAny()
  const definitions = permissions?.kind === 'table' ? [...permissions.entries] : []
  return [
    ...definitions.flatMap(([name, node]): ProfileSummary[] => {
      if (node.kind !== 'table' || name.startsWith(':')) return []
      const description = node.entries.get('description')
      return [
        {
          name,
          ...(description?.kind === 'string' ? { description: description.value } : {}),
          isBuiltin: false,
        },
      ]
    }),
    ...BUILTIN_PROFILE_NAMES.map((name) => ({
      name,
      description: BUILTIN_DESCRIPTIONS[name],
      isBuiltin: true,
    })),
  ]
}
