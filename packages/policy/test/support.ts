import { PolicyInvalidError, type Issue } from '@linux-sandbox/errors'
import {
  absolutePath,
  resolvePolicy,
  type Access,
  type EntryPath,
  type FileSystemEntry,
} from '../src/index.js'
import type { PermissionProfile, ResolveContext, ResolvedPolicy } from '../src/index.js'

/** `['/repo', 'write']`; a text with `*`, `?`, `[` or `{` is a glob, one with `:` in front a special path. */
export type ShortEntry = readonly [path: string, access: Access]

export const CONTEXT: ResolveContext = { cwd: absolutePath('/repo'), tmpdir: '/var/tmp' }

export function entry([path, access]: ShortEntry): FileSystemEntry {
  return { path: entryPath(path), access }
}

function entryPath(text: string): EntryPath {
  if (text.startsWith(':')) return { type: 'special', value: { kind: text.slice(1) as 'root' } }
  if (/[*?[{]/.test(text)) return { type: 'glob_pattern', pattern: text }
  return { type: 'path', path: absolutePath(text) }
}

export function managed(...entries: readonly FileSystemEntry[]): PermissionProfile {
  return { type: 'managed', file_system: { type: 'restricted', entries }, network: 'restricted' }
}

export function policyOf(...entries: readonly ShortEntry[]): ResolvedPolicy {
  return resolvePolicy(managed(...entries.map(entry)), CONTEXT)
}

/** A managed profile with the JSON of its entries, as `printProfile` orders it. */
export function restrictedJson(entries: string): string {
  return `{"type":"managed","file_system":{"type":"restricted","entries":[${entries}]},"network":"restricted"}`
}

/** One with a single entry. `access` may go on with further keys. */
export function entryJson(path: string, access: string): string {
  return restrictedJson(`{"path":${path},"access":${access}}`)
}

/** The issues of the `PolicyInvalidError` that `parse` throws; none when it throws nothing. */
export function issuesOf(parse: () => unknown): readonly Issue[] {
  try {
    parse()
  } catch (error) {
    if (error instanceof PolicyInvalidError) return error.issues
    throw error
  }
  return []
}

/** `entries[0].path: is missing 1:12` */
export function describeIssue({ path, message, line, column }: Issue): string {
  const place = path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`))
    .join('')
    .replace(/^\./, '')
  return `${place === '' ? '' : `${place}: `}${message} ${line}:${column}`
}

/** What `parse` gives; `undefined` when it throws `PolicyInvalidError`. */
export function orInvalid<Result>(parse: () => Result): Result | undefined {
  try {
    return parse()
  } catch (error) {
    if (error instanceof PolicyInvalidError) return undefined
    throw error
  }
}
