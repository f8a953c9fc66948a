import { validateProfile, type FileSystemEntry, type PermissionProfile } from '@linux-sandbox/policy'
import type { WorkspaceWriteSettings } from './settings.js'

/** `:workspace` as `[sandbox_workspace_write]` changes it. */
export function withWorkspaceWrite(
  profile: PermissionProfile,
  { writableRoots, networkAccess, excludeTmpdir, excludeSlashTmp }: WorkspaceWriteSettings,
): PermissionProfile {
  if (profile.type !== 'managed' || profile.file_system.type !== 'restricted') return profile
  const { entries } = profile.file_system
  const kept = entries.filter(
    (entry) =>
      !(excludeTmpdir && isSpecial(entry, 'tmpdir')) && !(excludeSlashTmp && isSpecial(entry, 'slash_tmp')),
  )
  const added = writableRoots.map((path): FileSystemEntry => ({
    path: { type: 'path', path },
    access: 'write',
  }))
  return validateProfile({
    ...profile,
    // The names that stay read-only come last, as in the preset.
    file_system: {
      type: 'restricted',
      entries: [...kept.filter((entry) => !isProtection(entry)), ...added, ...kept.filter(isProtection)],
    },
    network: networkAccess ? 'enabled' : profile.network,
  })
}

function isSpecial({ path }: FileSystemEntry, kind: string): boolean {
  return path.type === 'special' && path.value.kind === kind
}

/** Whether `entry` says that a protected name stays read-only. */
function isProtection({ missing_path_behavior: ifMissing }: FileSystemEntry): boolean {
  return ifMissing === 'skip'
}
