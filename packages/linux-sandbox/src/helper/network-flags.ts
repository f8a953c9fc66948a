import { parseManagedNetwork, parseProxyRouteSpec } from '@linux-sandbox/proxy-bridge'
import type { ProxyOptions } from '../proxy/options.js'

/** What the flags say about proxies. */
export interface NetworkFlags {
  readonly managedNetwork: string | undefined
  /** Means the same as an empty `managedNetwork`. */
  readonly allowNetworkForProxy: boolean
  /** In the stage inside a sandbox: the routes that the outer stage has prepared. */
  readonly routeSpec: string | undefined
}

/**
 * Which proxies the command can reach, and whether Unix sockets. `allowLocalBinding` is always so, and `allowUnixSockets` says nothing: what a
 * policy lets a command see is no reason to let it connect.
 *
 * @throws {PolicyInvalidError} when the JSON of a flag cannot be parsed.
 */
export function networkFromFlags({ managedNetwork, allowNetworkForProxy, routeSpec }: NetworkFlags): {
  readonly proxy: ProxyOptions | undefined
  readonly unixSockets: boolean
} {
  if (managedNetwork === undefined && !allowNetworkForProxy) return { proxy: undefined, unixSockets: false }
  const { loopbackPorts, dangerouslyAllowAllUnixSockets } = parseManagedNetwork(managedNetwork ?? '{}')
  return {
    proxy:
      routeSpec === undefined
        ? { from: 'environment', loopbackPorts }
        : { from: 'descriptors', routes: parseProxyRouteSpec(routeSpec).routes },
    unixSockets: dangerouslyAllowAllUnixSockets,
  }
}
