import { checkPlain, checkSchema, parseDocument, type SchemaResult } from '@linux-sandbox/policy'
import * as v from 'valibot'

/** What a caller says about the proxies of a command: the JSON of `--managed-network`. */
export interface ManagedNetwork {
  /** The only ports on loopback to which a route may lead. Empty: any. */
  readonly loopbackPorts: readonly number[]
  readonly allowLocalBinding: boolean
  readonly allowUnixSockets: readonly string[]
  readonly dangerouslyAllowAllUnixSockets: boolean
}

const MAX_PORT = 65_535

const PORT_PROBLEM = `must be a whole number from 0 to ${MAX_PORT}`

const port = v.pipe(
  v.number(),
  v.integer(PORT_PROBLEM),
  v.minValue(0, PORT_PROBLEM),
  v.maxValue(MAX_PORT, PORT_PROBLEM),
)

const flag = v.optional(v.boolean(), false)

/** As its first reader does: keys that it does not have are ignored, and an optional key is left out, never `null`. */
const schema: v.GenericSchema<unknown, ManagedNetwork> = v.object({
  loopbackPorts: v.optional(v.array(port), () => []),
  allowLocalBinding: flag,
  allowUnixSockets: v.optional(v.array(v.string()), () => []),
  dangerouslyAllowAllUnixSockets: flag,
})

/**
 * What the JSON `text` of `--managed-network` says. Keys that are left out have their defaults; `[]` is all defaults.
 *
 * @throws {PolicyInvalidError} with everything that is wrong, each with its line and column in `text`.
 */
export function parseManagedNetwork(text: string): ManagedNetwork {
  return parseDocument(text, 'managed network context', check)
}

function check(value: unknown): SchemaResult<ManagedNetwork> {
  if (!Array.isArray(value)) return checkPlain(value, (plain) => checkSchema(schema, plain))
  if (value.length === 0) return check({})
  return { issues: [{ path: [], message: 'must be an object or an empty array' }] }
}
