import { PolicyInvalidError } from '@linux-sandbox/errors'
import { freezeDeep } from './freeze.js'
import { readJsonDocument } from './json-document.js'
import type { SchemaResult } from './schema-issues.js'

/**
 * What `check` makes of the JSON `text`, frozen. `name` is what the document is called in errors.
 *
 * @throws {PolicyInvalidError} with everything that is wrong, each with its line and column in `text`.
 */
export function parseDocument<Value>(
  text: string,
  name: string,
  check: (value: unknown) => SchemaResult<Value>,
): Value {
  const document = readJsonDocument(text, name)
  const { value, issues } = check(document.value)
  const all = [...document.issues, ...issues.map((issue) => document.locate(issue))]
  if (value === undefined || all.length > 0) throw new PolicyInvalidError(name, all)
  return freezeDeep(value)
}
