import { fstatSync } from 'node:fs'
import type { Server, Socket } from 'node:net'
import { ProxyRouteError, type UnusedProxyVariable } from '@linux-sandbox/errors'
import type { Route } from '@linux-sandbox/native'
import {
  parseProxyValue,
  planControlRoutes,
  planRoutes,
  proxyEnvironment,
  takeAttribution,
} from '@linux-sandbox/proxy-bridge'
import type {
  EnvironmentProxies,
  GivenProxies,
  PreparedProxies,
  ProxyOptions,
  ProxyTarget,
} from './options.js'

/** Where the connections to one listener go: out of this process, or to what takes them in it. */
export type WiredRoute = Route | { readonly kind: 'connections'; readonly take: (connection: Socket) => void }

/** How one command is led to the proxies. */
export interface Wiring {
  /** All of the command's environment. */
  readonly environment: Readonly<Record<string, string>>
  /** A port on the loopback of the sandbox for each route. */
  readonly listeners: readonly number[]
  readonly routes: readonly WiredRoute[]
  /** What every proxy out of this process is told first on each connection. */
  readonly preface?: Uint8Array | undefined
  readonly notes: readonly ProxyNote[]
}

/** That a variable which names a proxy was left as it is, so that the command cannot reach it. */
export interface ProxyNote {
  readonly kind: 'proxy-not-routed'
  readonly variable: string
  readonly message: string
}

/** What people know as the ports of such proxies. In the sandbox they are free. */
const PORTS = { http: 3128, socks: 1080 } as const

/**
 * Leads a command with `environment` to the proxies.
 *
 * @throws {ProxyRouteError} with every variable and why it is not used, when there is no proxy to lead to.
 */
export function wireProxies(proxy: ProxyOptions, environment: Readonly<Record<string, string>>): Wiring {
  if (proxy.from === 'environment') return wireEnvironment(proxy, environment)
  return proxy.from === 'descriptors' ? wirePrepared(proxy, environment) : wireGiven(proxy, environment)
}

function wireEnvironment(
  { loopbackPorts = [] }: EnvironmentProxies,
  given: Readonly<Record<string, string>>,
): Wiring {
  const { environment, preface } = takeAttribution(given)
  const plan = planRoutes(environment, { loopbackPorts })
  return {
    environment: plan.environment,
    listeners: plan.routes.map(({ port }) => port),
    routes: plan.routes.map(({ endpoint }) => endpoint),
    preface,
    notes: plan.ignored.map(noteOf),
  }
}

function noteOf({ name, why }: UnusedProxyVariable): ProxyNote {
  return {
    kind: 'proxy-not-routed',
    variable: name,
    message: `${name} was left as it is: ${why}`,
  }
}

function wireGiven(proxy: GivenProxies, environment: Readonly<Record<string, string>>): Wiring {
  const { http, socks, noProxy, javaToolOptions } = proxy
  const httpPort = http === undefined ? undefined : PORTS.http
  const socksPort = socks === undefined ? undefined : socks === http ? PORTS.http : PORTS.socks
  // One listener where both are the same.
  const targets = new Map<number, WiredRoute>()
  if (socks !== undefined && socksPort !== undefined) targets.set(socksPort, routeTo(socks, 'socks'))
  if (http !== undefined && httpPort !== undefined) targets.set(httpPort, routeTo(http, 'http'))
  const variables = proxyEnvironment({ httpPort, socksPort, noProxy, environment, javaToolOptions })
  return {
    environment: { ...environment, ...variables },
    listeners: [...targets.keys()],
    routes: [...targets.values()],
    notes: [],
  }
}

/** What variables can be made to name without losing anything. */
const PLAIN = { http: /^(http:\/\/)?$/i, socks: /^(socks5h?:\/\/|http:\/\/)?$/i } as const

function routeTo(target: ProxyTarget, name: 'http' | 'socks'): WiredRoute {
  if (typeof target === 'function') return { kind: 'connections', take: target }
  if (typeof target !== 'string') return { kind: 'connections', take: takerOf(target) }
  const value = parseProxyValue(target)
  if (value.endpoint === undefined) throw notRoutable(name, value.why)
  if (PLAIN[name].test(value.before) && ['', '/'].includes(value.after)) return value.endpoint
  throw notRoutable(
    name,
    "has more than a host and a port, which the environment can say: from: 'environment'",
  )
}

function notRoutable(name: string, why: string): ProxyRouteError {
  return new ProxyRouteError('commands cannot be led to a proxy', [{ name, why }], {
    hint: 'give the URL of a proxy on 127.0.0.1, [::1], localhost or a Unix socket, or a server of this process',
  })
}

/** `connection` is the event of a server of node:net, and of node:http, that a connection can be given by. */
function takerOf(server: Server & { readonly allowHalfOpen?: boolean }): (connection: Socket) => void {
  return (connection) => {
    // As if the server had accepted it: most count on an end being answered by an end.
    connection.allowHalfOpen = server.allowHalfOpen ?? false
    server.emit('connection', connection)
  }
}

/** What is sent along with a listener, and what the other end answers when it has it. */
const ONE = Uint8Array.of(1)

function wirePrepared({ routes }: PreparedProxies, environment: Readonly<Record<string, string>>): Wiring {
  const unusable = routes.filter(({ descriptor }) => !isSocket(descriptor))
  if (unusable.length > 0) {
    throw new ProxyRouteError(
      'error activating Linux proxy routing bridge: there is nobody to whom a listener could be given',
      unusable.map(({ variable: name, descriptor }) => ({
        name,
        why: `descriptor ${descriptor} is no socket`,
      })),
    )
  }
  const plan = planControlRoutes(environment, { routes })
  return {
    environment: plan.environment,
    listeners: plan.routes.map(({ port }) => port),
    routes: plan.routes.map(({ descriptor }) => ({
      kind: 'descriptor',
      descriptor,
      offer: ONE,
      answer: ONE,
    })),
    notes: [],
  }
}

function isSocket(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isSocket()
  } catch {
    return false // it is not open
  }
}
