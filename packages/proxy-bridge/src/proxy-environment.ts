import { javaOptions } from './java-options.js'
import type { Environment } from './variables.js'

/** What inside the sandbox leads out of it, and for whom. */
export interface ProxyEnvironmentOptions {
  /** Port on 127.0.0.1 of an HTTP proxy that takes CONNECT. */
  readonly httpPort?: number | undefined
  /** Port on 127.0.0.1 of a SOCKS5 proxy that resolves names. With both, it is for what HTTP proxies cannot do. */
  readonly socksPort?: number | undefined
  /**
   * Hosts that programs are to connect to by themselves, as `NO_PROXY` has them: `localhost`, `.example.org`, `10.0.0.0/8`.
   * None unless given: names of loopback go to the proxy too, because inside the sandbox they are not the host's.
   */
  readonly noProxy?: readonly string[] | undefined
  /** The environment that the result is laid over. Only options for Java are taken from it, so that they are kept. */
  readonly environment?: Environment | undefined
  /** Whether to set `JAVA_TOOL_OPTIONS` as well. Every JVM then writes a line about it to stderr. */
  readonly javaToolOptions?: boolean | undefined
}

/** The names by which a command reaches its own servers inside a sandbox, for `noProxy`. */
export const LOOPBACK_HOSTS = ['localhost', '127.0.0.1', '::1'] as const

const MAX_PORT = 65_535

/** Variables that a URL of any scheme fits. docs/managed-proxy.md says who reads which. */
const URL_NAMES = [
  ...inBothCases(['HTTP_PROXY', 'HTTPS_PROXY', 'WS_PROXY', 'WSS_PROXY']),
  ...inBothCases(['NPM_CONFIG_PROXY', 'NPM_CONFIG_HTTPS_PROXY']),
  'YARN_HTTP_PROXY',
  'YARN_HTTPS_PROXY',
  'BUNDLE_HTTP_PROXY',
  'BUNDLE_HTTPS_PROXY',
  'PIP_PROXY',
  'DOCKER_HTTP_PROXY',
  'DOCKER_HTTPS_PROXY',
  'CARGO_HTTP_PROXY',
]

/** Variables for everything else; of SOCKS where there is a SOCKS proxy. */
const FALLBACK_NAMES = inBothCases(['ALL_PROXY', 'FTP_PROXY'])

/** Variables whose readers know HTTP proxies only, and fail or connect directly when told of another. */
const HTTP_ONLY_NAMES = ['grpc_proxy', 'GLOBAL_AGENT_HTTP_PROXY', 'GLOBAL_AGENT_HTTPS_PROXY']

const NO_PROXY_NAMES = [
  ...inBothCases(['NO_PROXY', 'NPM_CONFIG_NOPROXY']),
  'BUNDLE_NO_PROXY',
  'no_grpc_proxy',
  'GLOBAL_AGENT_NO_PROXY',
]

/**
 * Variables that make common programs use the proxies, to be laid over the environment of a command. docs/managed-proxy.md has each with its
 * readers.
 *
 * @throws {TypeError} without a port, for a number that is no port, and for a `noProxy` that is no host, pattern or network.
 */
export function proxyEnvironment(options: ProxyEnvironmentOptions): Record<string, string> {
  const { httpPort, socksPort, noProxy = [] } = options
  const http = httpPort === undefined ? undefined : `http://${address(httpPort)}`
  const socks = socksPort === undefined ? undefined : `socks5h://${address(socksPort)}`
  const url = http ?? socks
  if (url === undefined) throw new TypeError('httpPort or socksPort must be given')
  for (const host of noProxy) checkHost(host)
  return {
    ...setAll(URL_NAMES, url),
    ...setAll(FALLBACK_NAMES, socks ?? url),
    ...setAll(NO_PROXY_NAMES, noProxy.join(',')),
    ...(httpPort === undefined ? {} : httpOnly(httpPort)),
    ...googleCloud(httpPort, socksPort),
    ...javaOptions(options),
  }
}

function httpOnly(port: number): Record<string, string> {
  return {
    ...setAll(HTTP_ONLY_NAMES, `http://${address(port)}`),
    RSYNC_PROXY: address(port),
    NODE_USE_ENV_PROXY: '1',
    ELECTRON_GET_USE_PROXY: 'true',
  }
}

function googleCloud(httpPort: number | undefined, socksPort: number | undefined): Record<string, string> {
  return {
    CLOUDSDK_PROXY_TYPE: httpPort === undefined ? 'socks5' : 'http',
    CLOUDSDK_PROXY_ADDRESS: '127.0.0.1',
    CLOUDSDK_PROXY_PORT: String(httpPort ?? socksPort),
  }
}

function address(port: number): string {
  if (!Number.isInteger(port) || port < 1 || port > MAX_PORT) throw new TypeError(`${port} is no port`)
  return `127.0.0.1:${port}`
}

/** What could end the entry, the list, or an option of Java that has the list in it, is in no host. */
function checkHost(host: string): void {
  if (!/^[\w.*:/[\]-]+$/.test(host)) throw new TypeError(`${JSON.stringify(host)} is no host for noProxy`)
}

function setAll(names: readonly string[], value: string): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, value]))
}

function inBothCases(names: readonly string[]): string[] {
  return names.flatMap((name) => [name, name.toLowerCase()])
}
