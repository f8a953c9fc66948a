import { parseDocument } from '../parse-document.js'
import { checkPlain } from '../plain-copy.js'
import { checkSchema, type SchemaResult } from '../schema-issues.js'
import type { SandboxPolicy } from './sandbox-policy.js'
import { sandboxPolicySchema } from './sandbox-policy-schema.js'

/**
 * The legacy policy that the JSON `text` is, with paths normalised and defaults filled in.
 *
 * @throws {PolicyInvalidError} with everything that is wrong, each with its line and column in `text`.
 */
export function parseSandboxPolicy(text: string): SandboxPolicy {
  return parseDocument(text, 'sandbox policy', (value) => checkPlain(value, checkSandboxPolicy))
}

function checkSandboxPolicy(value: unknown): SchemaResult<SandboxPolicy> {
  const isOlder = isTaggedByMode(value)
  const { value: policy, issues } = checkSchema(sandboxPolicySchema, isOlder ? tagByType(value) : value)
  if (policy !== undefined) return { value: policy, issues: [] }
  return { issues: isOlder ? issues.map(({ path, ...rest }) => ({ ...rest, path: nameTag(path) })) : issues }
}

interface TaggedByMode {
  readonly mode: unknown
}

/** In 2025 the tag was called `mode`. */
function isTaggedByMode(value: unknown): value is TaggedByMode {
  return typeof value === 'object' && value !== null && 'mode' in value && !('type' in value)
}

function tagByType({ mode, ...rest }: TaggedByMode): object {
  return { ...rest, type: mode }
}

/** The path of an issue as the document spells it. */
function nameTag(path: readonly (string | number)[]): readonly (string | number)[] {
  return path.length === 1 && path[0] === 'type' ? ['mode'] : path
}
