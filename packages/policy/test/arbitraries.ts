import * as fc from 'fast-check'
import { absolutePath, type Access, type FileSystemEntry } from '../src/index.js'
import type { EntryPath, PermissionProfile, SpecialValue } from '../src/index.js'
import { managed } from './support.js'

const names = fc.constantFrom('a', 'b', 'usr', '.git', '.aws')

/** Few names, so that random paths often lie inside each other. */
export const anyPath = fc
  .array(names, { maxLength: 4 })
  .map((components) => absolutePath(`/${components.join('/')}`))

export const anyAccess = fc.constantFrom<Access>('read', 'write', 'deny')

const subpath = fc.option(fc.constantFrom('a', '../b', 'a/.git', ''), { nil: undefined })

const anySpecial: fc.Arbitrary<SpecialValue> = fc.oneof(
  fc.constantFrom<SpecialValue>(
    { kind: 'root' },
    { kind: 'minimal' },
    { kind: 'tmpdir' },
    { kind: 'slash_tmp' },
  ),
  subpath.map((text): SpecialValue => ({
    kind: 'project_roots',
    ...(text === undefined ? {} : { subpath: text }),
  })),
  fc
    .record({ path: fc.string(), subpath: fc.string() })
    .map((value): SpecialValue => ({ kind: 'unknown', ...value })),
)

export const anyGlob = fc
  .array(fc.constantFrom('a', 'b', '*', '**', '?', '/', '/', '[ab]', '{a,b}', '.git'), {
    minLength: 1,
    maxLength: 7,
  })
  .map((pieces) => pieces.join(''))

const anyEntryPath: fc.Arbitrary<EntryPath> = fc.oneof(
  { weight: 4, arbitrary: anyPath.map((path): EntryPath => ({ type: 'path', path })) },
  { weight: 1, arbitrary: anySpecial.map((value): EntryPath => ({ type: 'special', value })) },
  { weight: 1, arbitrary: anyGlob.map((pattern): EntryPath => ({ type: 'glob_pattern', pattern })) },
)

export const anyEntry: fc.Arbitrary<FileSystemEntry> = fc
  .tuple(anyEntryPath, anyAccess, fc.boolean())
  .map(([path, access, isSkipped]) => ({
    path,
    access,
    ...(isSkipped ? { missing_path_behavior: 'skip' } : {}),
  }))

const anyManagedProfile = fc.array(anyEntry, { maxLength: 8 }).map((entries) => managed(...entries))

export const anyProfile: fc.Arbitrary<PermissionProfile> = fc.oneof(
  { weight: 8, arbitrary: anyManagedProfile },
  {
    weight: 1,
    arbitrary: fc.constantFrom<PermissionProfile>(
      { type: 'disabled' },
      { type: 'external', network: 'enabled' },
      { type: 'external', network: 'restricted' },
      { type: 'managed', file_system: { type: 'unrestricted' }, network: 'restricted' },
      {
        type: 'managed',
        file_system: { type: 'restricted', entries: [], glob_scan_max_depth: 3 },
        network: 'enabled',
      },
    ),
  },
)
