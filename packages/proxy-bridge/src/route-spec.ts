import type { Issue } from '@linux-sandbox/errors'
import { checkPlain, checkSchema, parseDocument, type SchemaResult } from '@linux-sandbox/policy'
import * as v from 'valibot'

/** The routes that an outer stage has prepared: the JSON of `--proxy-route-spec`. It has no URLs in it. */
export interface ProxyRouteSpec {
  /** At least one. Several may have the same descriptor. */
  readonly routes: readonly {
    /** A variable of the environment, which names the proxy. None is named twice. */
    readonly variable: string
    /** Over which the listener for it is sent, greater than 2. */
    readonly descriptor: number
  }[]
}

/** stdin, stdout and stderr. */
const LAST_STANDARD_DESCRIPTOR = 2

/** Descriptors are of type int. */
const MAX_DESCRIPTOR = 2 ** 31 - 1

const DESCRIPTOR_PROBLEM = `must be a whole number up to ${MAX_DESCRIPTOR}`

const route = v.pipe(
  v.object({
    env_key: v.pipe(v.string(), v.regex(/^[^=\0]+$/, 'must be the name of a variable')),
    control_fd: v.pipe(
      v.number(),
      v.integer(DESCRIPTOR_PROBLEM),
      v.maxValue(MAX_DESCRIPTOR, DESCRIPTOR_PROBLEM),
      v.gtValue(
        LAST_STANDARD_DESCRIPTOR,
        `must be greater than ${LAST_STANDARD_DESCRIPTOR}: proxy bootstrap channel must not use standard descriptors`,
      ),
    ),
  }),
  v.transform(({ env_key: variable, control_fd: descriptor }) => ({ variable, descriptor })),
)

const schema: v.GenericSchema<unknown, ProxyRouteSpec> = v.object({
  routes: v.pipe(v.array(route), v.minLength(1, 'must not be empty: proxy routing spec contained no routes')),
})

/**
 * The routes that the JSON `text` of `--proxy-route-spec` names. Keys that the format does not have are ignored.
 *
 * @throws {PolicyInvalidError} with everything that is wrong, each with its line and column in `text`.
 */
export function parseProxyRouteSpec(text: string): ProxyRouteSpec {
  return parseDocument(text, 'proxy route spec', (value) => checkPlain(value, check))
}

function check(value: unknown): SchemaResult<ProxyRouteSpec> {
  const result = checkSchema(schema, value)
  if (result.value === undefined) return result
  const issues = repeatedVariables(result.value)
  return issues.length === 0 ? result : { issues }
}

function repeatedVariables({ routes }: ProxyRouteSpec): Issue[] {
  const names = routes.map(({ variable }) => variable)
  return names.flatMap((name, index) =>
    names.indexOf(name) === index ? [] : [{ path: ['routes', index, 'env_key'], message: 'is named twice' }],
  )
}
