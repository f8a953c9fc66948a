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

/**
 * Texts that a parser may get: bytes, JSON of all kinds, and texts of `valid` with a few characters replaced or one of
 * their values. `words` are strings that mean something to the parser.
 */
export function textsNear(valid: fc.Arbitrary<string>, words: readonly string[]): fc.Arbitrary<string> {
  const quoted = words.map((word) => JSON.stringify(word))
  const tokens = fc.constantFrom(...'{}[],:-1\\"\n\0\ud800', ...quoted, 'null', 'true', '/*')
  const edited = fc.tuple(valid, fc.nat(), tokens, fc.nat(3)).map(([text, at, token, removed]) => {
    const offset = at % (text.length + 1)
    return text.slice(0, offset) + token + text.slice(offset + removed)
  })
  const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom<unknown>(...words))
  const replaced = fc
    .tuple(valid, fc.nat(), value)
    .map(([text, at, other]) => JSON.stringify(replaceValue(JSON.parse(text), at, other)))
  return fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.uint8Array().map((bytes) => String.fromCharCode(...bytes)),
    fc.json(),
    fc.array(tokens).map((pieces) => pieces.join('')),
    valid,
    edited,
    replaced,
  )
}

/** `document` with one of the values in it, the one that `at` says, replaced by `other`. */
function replaceValue(document: unknown, at: number, other: unknown): unknown {
  let count = 0
  JSON.stringify(document, (_, value: unknown) => {
    count++
    return value
  })
  let left = at % count
  return JSON.parse(JSON.stringify(document, (_, value: unknown) => (left-- === 0 ? other : value)))
}
