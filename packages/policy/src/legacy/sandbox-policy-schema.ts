import * as v from 'valibot'
import { networkSchema } from '../profile-schema.js'
import { absolutePathSchema } from '../schema-issues.js'
import type { ReadOnlyAccess, SandboxPolicy } from './sandbox-policy.js'

/*
 * The legacy wire format. As its first reader does: keys that it does not have are ignored, and an optional key is
 * left out, never `null`.
 */

const flag = v.optional(v.boolean(), false)

/** By a function: a default that is a value would be one array for all documents. */
const paths = v.optional(v.array(absolutePathSchema), () => [])

const readOnlyAccess = v.optional(
  v.variant('type', [
    v.object({ type: v.literal('full-access') }),
    v.object({
      type: v.literal('restricted'),
      include_platform_defaults: v.optional(v.boolean(), true),
      readable_roots: paths,
    }),
  ]),
  (): ReadOnlyAccess & { type: 'full-access' } => ({ type: 'full-access' }),
)

export const sandboxPolicySchema: v.GenericSchema<unknown, SandboxPolicy> = v.variant('type', [
  v.object({ type: v.literal('danger-full-access') }),
  v.object({ type: v.literal('read-only'), access: readOnlyAccess, network_access: flag }),
  v.object({
    type: v.literal('external-sandbox'),
    network_access: v.optional(networkSchema, 'restricted'),
  }),
  v.object({
    type: v.literal('workspace-write'),
    writable_roots: paths,
    read_only_access: readOnlyAccess,
    network_access: flag,
    exclude_tmpdir_env_var: flag,
    exclude_slash_tmp: flag,
  }),
])
