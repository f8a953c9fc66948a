import { PolicyInvalidError } from '@linux-sandbox/errors'
import * as v from 'valibot'
import { freezeDeep } from './freeze.js'
import { plainCopy } from './plain-copy.js'
import type { NetworkPermission, PermissionProfile } from './profile.js'
import { absolutePathSchema, checkSchema } from './schema-issues.js'
import { unknownKeyIssues } from './unknown-keys.js'
import { grant, restricted, special, workspaceEntries } from './workspace-entries.js'

export interface ReadOnlyOptions {
  /** `restricted` unless given. */
  readonly network?: NetworkPermission | undefined
}

export interface WorkspaceWriteOptions {
  /** The directory to work in: absolute. */
  readonly root: string
  /** Further directories to write: absolute. */
  readonly writableRoots?: readonly string[] | undefined
  /** `restricted` unless given. */
  readonly network?: NetworkPermission | undefined
  /** Leaves `$TMPDIR` read-only. */
  readonly excludeTmpdir?: boolean | undefined
  /** Leaves `/tmp` read-only. */
  readonly excludeSlashTmp?: boolean | undefined
}

/**
 * Reads everything, writes nothing.
 *
 * @throws {PolicyInvalidError} when an option is unknown or has no meaning.
 */
export function readOnly(options: ReadOnlyOptions = {}): PermissionProfile {
  const { network } = checkOptions('argument of readOnly', readOnlyOptions, options)
  return freezeDeep(restricted([grant(special({ kind: 'root' }), 'read')], network ?? 'restricted'))
}

/**
 * Reads everything; writes `root`, `writableRoots` and the temporary directories, but not the protected names in
 * a root, unless the path of one is itself among `writableRoots`.
 *
 * @throws {PolicyInvalidError} with every option that is unknown or has no meaning.
 */
export function workspaceWrite(options: WorkspaceWriteOptions): PermissionProfile {
  const { root, writableRoots, network, excludeTmpdir, excludeSlashTmp } = checkOptions(
    'argument of workspaceWrite',
    workspaceWriteOptions,
    options,
  )
  const entries = [
    grant(special({ kind: 'root' }), 'read'),
    ...workspaceEntries({
      root,
      writableRoots: writableRoots ?? [],
      slashTmp: excludeSlashTmp !== true,
      tmpdir: excludeTmpdir !== true,
    }),
  ]
  return freezeDeep(restricted(entries, network ?? 'restricted'))
}

/** Everything, without a sandbox. */
export function dangerFullAccess(): PermissionProfile {
  return Object.freeze({ type: 'disabled' })
}

const networkOption = v.optional(v.picklist(['restricted', 'enabled']))

const readOnlyOptions = v.object({ network: networkOption })

const workspaceWriteOptions = v.object({
  root: absolutePathSchema,
  writableRoots: v.optional(v.array(absolutePathSchema)),
  network: networkOption,
  excludeTmpdir: v.optional(v.boolean()),
  excludeSlashTmp: v.optional(v.boolean()),
})

function checkOptions<Schema extends v.ObjectSchema<v.ObjectEntries, undefined>>(
  name: string,
  schema: Schema,
  options: unknown,
): v.InferOutput<Schema> {
  const plain = plainCopy(options)?.value
  const { value, issues } = checkSchema(schema, plain)
  const all = [...unknownKeyIssues(plain, Object.keys(schema.entries), []), ...issues]
  if (value === undefined || all.length > 0) throw new PolicyInvalidError(name, all)
  return value
}
