import { joinPath, type AbsolutePath } from './path.js'
import type { Access, EntryPath, FileSystemEntry, PermissionProfile, SpecialValue } from './profile.js'
import type { NetworkPermission } from './profile.js'
import { PROTECTED_NAMES } from './protected-names.js'

/* The parts that the presets and the built-in profiles are made of. */

export function restricted(
  entries: readonly FileSystemEntry[],
  network: NetworkPermission,
): PermissionProfile {
  return { type: 'managed', file_system: { type: 'restricted', entries }, network }
}

export function special(value: SpecialValue): EntryPath {
  return { type: 'special', value }
}

export function literal(path: AbsolutePath): EntryPath {
  return { type: 'path', path }
}

export function grant(path: EntryPath, access: Access): FileSystemEntry {
  return { path, access }
}

/** The temporary directories that a workspace may write, in the order of the original. */
export function temporaryDirectories(included: { slashTmp: boolean; tmpdir: boolean }): FileSystemEntry[] {
  return [
    ...(included.slashTmp ? [grant(special({ kind: 'slash_tmp' }), 'write')] : []),
    ...(included.tmpdir ? [grant(special({ kind: 'tmpdir' }), 'write')] : []),
  ]
}

/**
 * The protected names as entries. This package protects them without; the entries tell it to programs that read the
 * profile and know fewer names.
 */
export function readOnlyNames(pathOf: (name: string) => EntryPath): FileSystemEntry[] {
  return PROTECTED_NAMES.map(({ name }) => ({
    path: pathOf(name),
    access: 'read',
    missing_path_behavior: 'skip',
  }))
}

/** What a workspace may write. */
export interface WorkspaceWrites {
  readonly root: AbsolutePath
  readonly writableRoots: readonly AbsolutePath[]
  readonly slashTmp: boolean
  readonly tmpdir: boolean
}

/** The entries of a workspace but those that let it read; the protected names of `root` last. */
export function workspaceEntries({
  root,
  writableRoots,
  slashTmp,
  tmpdir,
}: WorkspaceWrites): FileSystemEntry[] {
  const writes = [
    grant(literal(root), 'write'),
    ...temporaryDirectories({ slashTmp, tmpdir }),
    ...writableRoots.map((path) => grant(literal(path), 'write')),
  ]
  const names = readOnlyNames((name) => literal(joinPath(root, name)))
  return [...writes, ...names.filter((name) => !hasSamePath(writes, name))]
}

function hasSamePath(entries: readonly FileSystemEntry[], { path }: FileSystemEntry): boolean {
  return entries.some(
    (entry) => entry.path.type === 'path' && path.type === 'path' && entry.path.path === path.path,
  )
}
