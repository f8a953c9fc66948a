import * as v from 'valibot'
import type { AbsolutePath } from './path.js'
import type { Access, FileSystemEntry, PermissionProfile, RestrictedFileSystem } from './profile.js'
import { entriesSchema, globScanMaxDepthSchema } from './profile-schema.js'
import { absolutePathSchema, checkSchema, type SchemaResult } from './schema-issues.js'
import { unknownKeyIssues } from './unknown-keys.js'

/*
 * The older form of a profile, without `type`: accepted on input, never printed. Nothing in it is required, so a
 * key that it does not have is an issue: ignoring it could turn a whole section into nothing.
 */

/** `value`, which has no `type`, as a profile. */
export function checkUntaggedProfile(value: object): SchemaResult<PermissionProfile> {
  const { file_system: fileSystem, network }: { file_system?: unknown; network?: unknown } = value
  const checkedFileSystem = checkFileSystem(fileSystem ?? {})
  const checkedNetwork = checkSchema(networkSchema, network ?? {})
  const issues = [
    ...unknownKeyIssues(value, ['network', 'file_system'], []),
    ...unknownKeyIssues(network, ['enabled'], ['network']),
    ...checkedNetwork.issues.map((issue) => ({ ...issue, path: ['network', ...issue.path] })),
    ...checkedFileSystem.issues.map((issue) => ({ ...issue, path: ['file_system', ...issue.path] })),
  ]
  if (issues.length > 0 || checkedFileSystem.value === undefined) return { issues }
  const isEnabled = checkedNetwork.value?.enabled === true
  return {
    value: {
      type: 'managed',
      file_system: checkedFileSystem.value,
      network: isEnabled ? 'enabled' : 'restricted',
    },
    issues: [],
  }
}

function checkFileSystem(value: unknown): SchemaResult<RestrictedFileSystem> {
  const keys = typeof value === 'object' && value !== null ? Object.keys(value) : []
  const isByEntry = keys.includes('entries') || keys.includes('glob_scan_max_depth')
  const { issues, value: checked } = checkSchema(isByEntry ? byEntry : byAccess, value)
  const unknown = unknownKeyIssues(
    value,
    isByEntry ? ['entries', 'glob_scan_max_depth'] : ['read', 'write'],
    [],
  )
  if (checked === undefined || unknown.length > 0) return { issues: [...unknown, ...issues] }
  return { value: checked, issues: [] }
}

const isObject = v.check((value: unknown) => !Array.isArray(value), 'must be an object, not an array')

const networkSchema = v.pipe(v.unknown(), isObject, v.object({ enabled: v.nullish(v.boolean()) }))

const paths = v.nullish(v.array(absolutePathSchema))

const byAccess = v.pipe(
  v.unknown(),
  isObject,
  v.object({ read: paths, write: paths }),
  v.transform(({ read, write }): RestrictedFileSystem => ({
    type: 'restricted',
    entries: [...grant(read ?? [], 'read'), ...grant(write ?? [], 'write')],
  })),
)

const byEntry = v.pipe(
  v.unknown(),
  isObject,
  v.object({ entries: entriesSchema, glob_scan_max_depth: globScanMaxDepthSchema }),
  v.transform(({ entries, glob_scan_max_depth: depth }): RestrictedFileSystem => ({
    type: 'restricted',
    entries,
    ...(typeof depth === 'number' ? { glob_scan_max_depth: depth } : {}),
  })),
)

function grant(granted: readonly AbsolutePath[], access: Access): FileSystemEntry[] {
  return granted.map((path) => ({ path: { type: 'path', path }, access }))
}
