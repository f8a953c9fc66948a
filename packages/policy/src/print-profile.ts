import type {
  EntryPath,
  FileSystemEntry,
  FileSystemPermissions,
  PermissionProfile,
  SpecialValue,
} from './profile.js'

/** `profile` as compact JSON, keys in the order of the format. `parseProfile` gives an equal profile back. */
export function printProfile(profile: PermissionProfile): string {
  return JSON.stringify(orderProfile(profile))
}

function orderProfile(profile: PermissionProfile): PermissionProfile {
  const { type } = profile
  switch (type) {
    case 'managed':
      return { type, file_system: orderFileSystem(profile.file_system), network: profile.network }
    case 'disabled':
      return { type }
    case 'external':
      return { type, network: profile.network }
  }
}

function orderFileSystem(fileSystem: FileSystemPermissions): FileSystemPermissions {
  if (fileSystem.type === 'unrestricted') return { type: fileSystem.type }
  const { type, entries, glob_scan_max_depth: depth } = fileSystem
  return {
    type,
    entries: entries.map(orderEntry),
    ...(depth === undefined ? {} : { glob_scan_max_depth: depth }),
  }
}

/** `entry` with its keys in the order of the format. */
export function orderEntry({
  path,
  access,
  missing_path_behavior: ifMissing,
}: FileSystemEntry): FileSystemEntry {
  return {
    path: orderPath(path),
    access,
    ...(ifMissing === undefined ? {} : { missing_path_behavior: ifMissing }),
  }
}

function orderPath(path: EntryPath): EntryPath {
  switch (path.type) {
    case 'path':
      return { type: path.type, path: path.path }
    case 'glob_pattern':
      return { type: path.type, pattern: path.pattern }
    case 'special':
      return { type: path.type, value: orderSpecial(path.value) }
  }
}

function orderSpecial(value: SpecialValue): SpecialValue {
  const subpath = 'subpath' in value && value.subpath !== undefined ? { subpath: value.subpath } : {}
  switch (value.kind) {
    case 'project_roots':
      return { kind: value.kind, ...subpath }
    case 'unknown':
      return { kind: value.kind, path: value.path, ...subpath }
    default:
      return { kind: value.kind }
  }
}
