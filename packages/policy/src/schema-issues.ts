import type { Issue } from '@linux-sandbox/errors'
import * as v from 'valibot'
import { absolutePathProblem, parseAbsolutePath, pathTextProblem, type AbsolutePath } from './path.js'

/* What the schemas of this package share: paths as values, and issues in our words. */

/** A string that is an absolute path; gives it normalised. */
export const absolutePathSchema = v.pipe(
  v.string(),
  v.rawTransform(({ dataset, addIssue, NEVER }): AbsolutePath => {
    const path = parseAbsolutePath(dataset.value)
    if (path !== undefined) return path
    addIssue({ message: absolutePathProblem(dataset.value) ?? 'must be an absolute path' })
    return NEVER
  }),
)

/** A string that can be a part of a path. */
export const pathTextSchema = v.pipe(
  v.string(),
  v.rawCheck(({ dataset, addIssue }) => {
    const problem = dataset.typed ? pathTextProblem(dataset.value) : undefined
    if (problem !== undefined) addIssue({ message: problem })
  }),
)

export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues: readonly [] }
  | { readonly value?: undefined; readonly issues: readonly Issue[] }

/** `value` as `schema` has it, or everything that is wrong with it. */
export function checkSchema<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
): SchemaResult<v.InferOutput<Schema>> {
  const result = v.safeParse(schema, value)
  if (result.success) return { value: result.output, issues: [] }
  return { issues: result.issues.map((issue) => ({ path: pathOf(issue), message: describe(issue) })) }
}

function pathOf({ path }: v.BaseIssue<unknown>): Issue['path'] {
  return (path ?? []).map(({ key }) => (typeof key === 'number' ? key : String(key)))
}

/** Issues of validations carry our own message already; those of schemas say what was expected. */
function describe(issue: v.BaseIssue<unknown>): string {
  if (issue.kind !== 'schema') return issue.message
  if (issue.input === undefined) return 'is missing'
  return `must be ${describeExpected(issue.expected ?? 'something else')}, not ${describeInput(issue.input)}`
}

/** Of `("a" | "b")`, `Object` and `string` the ways to say them. */
function describeExpected(expected: string): string {
  const choices = [...expected.matchAll(/"([^"]*)"/g)].map(([quoted]) => quoted)
  if (choices.length > 1) return `one of ${choices.join(', ')}`
  return (
    { Object: 'an object', Array: 'an array', string: 'a string', number: 'a number', boolean: 'a boolean' }[
      expected
    ] ?? expected
  )
}

function describeInput(input: unknown): string {
  if (input === null) return 'null'
  if (Array.isArray(input)) return 'an array'
  if (typeof input === 'object') return 'an object'
  if (typeof input === 'string') return JSON.stringify(input.length > 80 ? `${input.slice(0, 80)}…` : input)
  return typeof input === 'number' || typeof input === 'boolean' ? String(input) : `a ${typeof input}`
}
