import { MAX_NESTING } from './json-document.js'
import type { SchemaResult } from './schema-issues.js'

/**
 * `value` with its objects replaced by ones that have only their own keys and no prototype, so that a polluted
 * prototype cannot supply a key that the caller did not write. `undefined` when it is nested too deeply.
 */
export function plainCopy(value: unknown): { readonly value: unknown } | undefined {
  try {
    return { value: copy(value, 0) }
  } catch (error) {
    if (error instanceof TooDeep) return undefined
    throw error
  }
}

/** What `check` makes of a `plainCopy` of `value`. */
export function checkPlain<Value>(
  value: unknown,
  check: (plain: unknown) => SchemaResult<Value>,
): SchemaResult<Value> {
  const plain = plainCopy(value)
  if (plain !== undefined) return check(plain.value)
  return { issues: [{ path: [], message: `is nested deeper than ${MAX_NESTING} levels` }] }
}

class TooDeep extends Error {}

function copy(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (depth >= MAX_NESTING) throw new TooDeep()
  if (Array.isArray(value)) return Array.from(value, (inner) => copy(inner, depth + 1))
  const copied: Record<string, unknown> = Object.create(null)
  for (const [key, inner] of Object.entries(value)) copied[key] = copy(inner, depth + 1)
  return copied
}
