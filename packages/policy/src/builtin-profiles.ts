import { UnknownProfileError } from '@linux-sandbox/errors'
import { freezeDeep } from './freeze.js'
import type { PermissionProfile } from './profile.js'
import { grant, readOnlyNames, restricted, special, temporaryDirectories } from './workspace-entries.js'

/** The names of profiles that need no definition. Every other name that starts with `:` is refused. */
export const BUILTIN_PROFILE_NAMES = [':read-only', ':workspace', ':danger-full-access'] as const

export type BuiltinProfileName = (typeof BUILTIN_PROFILE_NAMES)[number]

/**
 * The profile called `name`. That of `:workspace` says "the workspace root", which `resolvePolicy` makes the
 * working directory; to name a directory instead use `workspaceWrite`.
 *
 * @throws {UnknownProfileError} for every name but the three of `BUILTIN_PROFILE_NAMES`.
 */
export function builtinProfile(name: string): PermissionProfile {
  if (!isBuiltinProfileName(name)) throw new UnknownProfileError(name, BUILTIN_PROFILE_NAMES)
  return freezeDeep(makeProfile(name))
}

function isBuiltinProfileName(name: string): name is BuiltinProfileName {
  return BUILTIN_PROFILE_NAMES.some((known) => known === name)
}

function makeProfile(name: BuiltinProfileName): PermissionProfile {
  switch (name) {
    case ':read-only':
      return restricted([grant(special({ kind: 'root' }), 'read')], 'restricted')
    case ':workspace':
      return restricted(
        [
          grant(special({ kind: 'root' }), 'read'),
          grant(special({ kind: 'project_roots' }), 'write'),
          ...temporaryDirectories({ slashTmp: true, tmpdir: true }),
          ...readOnlyNames((subpath) => special({ kind: 'project_roots', subpath })),
        ],
        'restricted',
      )
    case ':danger-full-access':
      return { type: 'disabled' }
  }
}
