import { ProxyRouteError, type UnusedProxyVariable } from '@linux-sandbox/errors'
import { assignListeners, rewriteEnvironment, type RoutableVariable } from './listeners.js'
import { parseProxyValue } from './proxy-value.js'
import type { ProxyRouteSpec } from './route-spec.js'
import type { Environment } from './variables.js'

/** A listener inside the sandbox that is passed on by a descriptor, to whoever leads its connections on. */
export interface ControlRoute {
  /** On 127.0.0.1 inside the sandbox, 1024 to 65535. No two routes have the same. */
  readonly port: number
  /** Of a connected Unix socket, greater than 2. No two routes have the same. */
  readonly descriptor: number
  readonly variables: readonly string[]
}

export interface ControlRoutePlan {
  /** One for each descriptor, 1 to 16. */
  readonly routes: readonly ControlRoute[]
  /** The whole environment. In the variables of the routes the host and port are those of the listener. */
  readonly environment: Readonly<Record<string, string>>
}

/** Callers of the helpers that came before look for this text. */
const FAILED = 'error activating Linux proxy routing bridge: '

/**
 * The routes that an outer stage has prepared, and the environment that leads a command there.
 *
 * @throws {ProxyRouteError} with every variable of `spec` that is not set or names no endpoint, or when there are more than 16 routes.
 */
export function planControlRoutes(environment: Environment, spec: ProxyRouteSpec): ControlRoutePlan {
  const routable: (RoutableVariable & { readonly descriptor: number })[] = []
  const unused: UnusedProxyVariable[] = []
  for (const { variable: name, descriptor } of spec.routes) {
    const text = Object.hasOwn(environment, name) ? environment[name] : undefined
    const value = text === undefined ? { why: 'is not set' } : parseProxyValue(text)
    if ('why' in value) unused.push({ name, why: value.why })
    else routable.push({ name, value, descriptor })
  }
  if (unused.length > 0) {
    throw new ProxyRouteError(`${FAILED}a variable of the route spec cannot be rewritten`, unused)
  }
  const listeners = assignListeners(routable, {
    keyOf: ({ descriptor }) => descriptor,
    failed: FAILED,
    ignored: [],
  })
  return {
    routes: listeners.map(({ key, port, variables }) => ({
      port,
      descriptor: key,
      variables: variables.map(({ name }) => name),
    })),
    environment: rewriteEnvironment(environment, listeners),
  }
}
