import { ProxyRouteError, type UnusedProxyVariable } from '@linux-sandbox/errors'
import { endpointKey, type Endpoint } from './endpoint.js'
import { assignListeners, rewriteEnvironment, type RoutableVariable } from './listeners.js'
import { parseProxyValue } from './proxy-value.js'
import { byName, proxyVariables, type Environment } from './variables.js'

/** A listener inside the sandbox, and where its connections go. */
export interface Route {
  /** On 127.0.0.1 inside the sandbox, 1024 to 65535. No two routes have the same. */
  readonly port: number
  readonly endpoint: Endpoint
  /** The variables that name the endpoint, in the order of their names. */
  readonly variables: readonly string[]
}

export interface RoutePlan {
  /** One for each endpoint, 1 to 16, in the order of their first variables. */
  readonly routes: readonly Route[]
  /** The whole environment. In the variables of the routes the host and port are those of the listener. */
  readonly environment: Readonly<Record<string, string>>
  /** Proxy variables that were left as they are, in the order of their names. */
  readonly ignored: readonly UnusedProxyVariable[]
}

export interface RouteOptions {
  /** The only ports on loopback to which a route may lead. Then none leads to a Unix socket. Empty: any. */
  readonly loopbackPorts?: readonly number[]
}

/** Callers of the helpers that came before look for this text and for the three that follow it. */
const FAILED = 'failed to prepare host proxy routing bridge: '

/**
 * The routes to the proxies that `environment` names, and the environment that leads a command there.
 *
 * @throws {ProxyRouteError} with every variable and why it is not used, when none is set, when none names a proxy on loopback or
 * a Unix socket, when one names a port that is not in `loopbackPorts`, or when there are more than 16 proxies.
 */
export function planRoutes(environment: Environment, { loopbackPorts = [] }: RouteOptions = {}): RoutePlan {
  const found = proxyVariables(environment)
  const routable: RoutableVariable[] = []
  const ignored: UnusedProxyVariable[] = []
  for (const { name, text } of found) {
    const value = parseProxyValue(text)
    if (value.endpoint === undefined) ignored.push({ name, why: value.why })
    else routable.push({ name, value })
  }
  if (found.every(({ text }) => text.trim() === '')) {
    throw new ProxyRouteError(`${FAILED}managed proxy mode requires proxy environment variables`, ignored, {
      hint: 'set HTTP_PROXY, HTTPS_PROXY or ALL_PROXY to a proxy on 127.0.0.1',
    })
  }
  if (routable.length === 0) {
    throw new ProxyRouteError(
      `${FAILED}managed proxy mode requires parseable loopback proxy endpoints`,
      ignored,
      { hint: 'let a variable name a proxy on 127.0.0.1, [::1], localhost or a Unix socket' },
    )
  }
  checkPorts(routable, ignored, loopbackPorts)
  const listeners = assignListeners(routable, {
    keyOf: ({ value }) => endpointKey(value.endpoint),
    failed: FAILED,
    ignored,
  })
  return {
    routes: listeners.flatMap(({ port, variables }) => {
      const [first] = variables
      if (first === undefined) return []
      return [{ port, endpoint: first.value.endpoint, variables: variables.map(({ name }) => name) }]
    }),
    environment: rewriteEnvironment(environment, listeners),
    ignored,
  }
}

function checkPorts(
  routable: readonly RoutableVariable[],
  ignored: readonly UnusedProxyVariable[],
  allowed: readonly number[],
): void {
  if (allowed.length === 0) return
  const outside = routable.flatMap(({ name, value: { endpoint } }) => {
    if (endpoint.kind === 'unix') return [{ name, why: 'is a Unix socket, and only ports are allowed' }]
    if (allowed.includes(endpoint.port)) return []
    return [{ name, why: `its port ${endpoint.port} is not one of ${allowed.join(', ')}` }]
  })
  if (outside.length === 0) return
  throw new ProxyRouteError(
    `${FAILED}proxy endpoint is outside the managed sandbox context`,
    [...ignored, ...outside].toSorted(byName),
    { hint: 'add the port to loopbackPorts, or unset the variable' },
  )
}
