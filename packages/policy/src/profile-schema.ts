import * as v from 'valibot'
import { globProblem } from './globs.js'
import type { EntryPath, FileSystemEntry, PermissionProfile, SpecialValue } from './profile.js'
import { absolutePathSchema, pathTextSchema } from './schema-issues.js'

/*
 * The tagged wire format. Keys that the format does not have are ignored, as its first reader does; `null` for
 * an optional key is its absence.
 */

export const networkSchema = v.picklist(['restricted', 'enabled'])

const access = v.pipe(
  v.picklist(['read', 'write', 'deny', 'none']),
  v.transform((value) => (value === 'none' ? 'deny' : value)),
)

/** Below the workspace root; `..` may leave it, a leading `/` would say two things at once. */
const subpath = v.nullish(
  v.pipe(
    pathTextSchema,
    v.check((text) => !text.startsWith('/'), 'must be relative to the workspace root'),
  ),
)

const specialValue = v.variant('kind', [
  v.object({ kind: v.literal('root') }),
  v.object({ kind: v.literal('minimal') }),
  v.object({ kind: v.literal('tmpdir') }),
  v.object({ kind: v.literal('slash_tmp') }),
  v.pipe(
    v.object({ kind: v.literal('project_roots'), subpath }),
    v.transform((value) => projectRoots(value)),
  ),
  v.pipe(
    v.object({ kind: v.literal('current_working_directory'), subpath }),
    v.transform((value) => projectRoots(value)),
  ),
  v.pipe(
    v.object({ kind: v.literal('unknown'), path: v.string(), subpath: v.nullish(v.string()) }),
    v.transform(({ kind, path, subpath: below }): SpecialValue => ({
      kind,
      path,
      ...(typeof below === 'string' ? { subpath: below } : {}),
    })),
  ),
])

const entryPath = v.variant('type', [
  v.object({ type: v.literal('path'), path: absolutePathSchema }),
  v.object({ type: v.literal('glob_pattern'), pattern: pathTextSchema }),
  v.object({ type: v.literal('special'), value: specialValue }),
])

export const entriesSchema: v.GenericSchema<unknown, FileSystemEntry[]> = v.array(
  v.pipe(
    v.object({ path: entryPath, access, missing_path_behavior: v.nullish(v.literal('skip')) }),
    v.rawCheck(({ dataset, addIssue }) => {
      const problem = dataset.typed ? denyGlobProblem(dataset.value) : undefined
      if (problem !== undefined) addIssue({ message: problem, path: patternPath(dataset.value) })
    }),
    v.transform(({ path, access: granted, missing_path_behavior: ifMissing }): FileSystemEntry => ({
      path,
      access: granted,
      ...(typeof ifMissing === 'string' ? { missing_path_behavior: ifMissing } : {}),
    })),
  ),
)

export const globScanMaxDepthSchema = v.nullish(
  v.pipe(v.number(), v.safeInteger('must be an integer'), v.minValue(1, 'must be at least 1')),
)

const fileSystem = v.variant('type', [
  v.object({ type: v.literal('unrestricted') }),
  v.pipe(
    v.object({
      type: v.literal('restricted'),
      entries: entriesSchema,
      glob_scan_max_depth: globScanMaxDepthSchema,
    }),
    v.transform(({ type, entries, glob_scan_max_depth: depth }) => ({
      type,
      entries,
      ...(typeof depth === 'number' ? { glob_scan_max_depth: depth } : {}),
    })),
  ),
])

export const profileSchema: v.GenericSchema<unknown, PermissionProfile> = v.variant('type', [
  v.object({ type: v.literal('managed'), file_system: fileSystem, network: networkSchema }),
  v.object({ type: v.literal('disabled') }),
  v.object({ type: v.literal('external'), network: networkSchema }),
])

interface Subpath {
  readonly subpath?: string | null | undefined
}

function projectRoots({ subpath: below }: Subpath): SpecialValue {
  return { kind: 'project_roots', ...(typeof below === 'string' ? { subpath: below } : {}) }
}

interface PathAndAccess {
  readonly path: EntryPath
  readonly access: string
}

/** Patterns that grant are without effect, so only one that denies has to be a glob. */
function denyGlobProblem({ path, access: asked }: PathAndAccess): string | undefined {
  return path.type === 'glob_pattern' && asked === 'deny' ? globProblem(path.pattern) : undefined
}

function patternPath(input: unknown): [v.IssuePathItem, v.IssuePathItem] {
  const key = (name: string): v.IssuePathItem => ({
    type: 'unknown',
    origin: 'value',
    input,
    key: name,
    value: input,
  })
  return [key('path'), key('pattern')]
}
