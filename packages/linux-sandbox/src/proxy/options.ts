import { Server, type Socket } from 'node:net'
import { BOOLEAN, checkOptions, type OptionRule, type OptionRules } from '../option-rules.js'

/**
 * A proxy of the caller: the URL of one that listens on loopback or on a Unix socket, or what takes its connections in this process: a server,
 * which need not listen, or a function.
 */
export type ProxyTarget = string | Server | ((connection: Socket) => void)

/**
 * The proxies that commands can reach. Nothing else of the network can be reached, whatever the policy says of it.
 *
 * @see docs/managed-proxy.md
 */
export type ProxyOptions = EnvironmentProxies | GivenProxies | PreparedProxies

/** Those that the environment of each command names, such as `HTTP_PROXY`. */
export interface EnvironmentProxies {
  readonly from: 'environment'
  /** The only ports on loopback that may be meant. Default: any. */
  readonly loopbackPorts?: readonly number[]
}

/** At least one that is given here. The environment of each command is made to name it, for all common tools. */
export interface GivenProxies {
  readonly from?: never
  /** An HTTP proxy that takes CONNECT. */
  readonly http?: ProxyTarget
  /** A SOCKS5 proxy that resolves names. The same as `http` where it knows both. */
  readonly socks?: ProxyTarget
  /** Hosts that commands connect to by themselves, as `NO_PROXY` has them. Default: none. */
  readonly noProxy?: readonly string[]
  /** Whether Java is told, too, by `JAVA_TOOL_OPTIONS`. Each JVM then writes a line to stderr. Default `false`. */
  readonly javaToolOptions?: boolean
}

/**
 * Those to which somebody else leads: whoever is at the other end of a descriptor gets the listener. For the stage inside a sandbox. The descriptors are
 * closed when the first command is started, so that nothing in the sandbox has them: there is no second one.
 */
export interface PreparedProxies {
  readonly from: 'descriptors'
  readonly routes: readonly {
    /** That names the proxy, and is made to name the listener. */
    readonly variable: string
    /** Of this process, greater than 2: a connected Unix stream socket. */
    readonly descriptor: number
  }[]
}

export const PROXY: OptionRule = {
  isValid: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  expected: 'an object',
}

const LIST: OptionRule = { isValid: Array.isArray, expected: 'an array' }
const FROM: OptionRule = {
  isValid: (value) => value === 'environment' || value === 'descriptors',
  expected: "'environment' or 'descriptors'",
}
const TARGET: OptionRule = {
  isValid: (value) => typeof value === 'string' || typeof value === 'function' || value instanceof Server,
  expected: 'a URL, a server of node:net, or a function that takes a connection',
}

const GIVEN_RULES: OptionRules<GivenProxies> = {
  from: FROM,
  http: TARGET,
  socks: TARGET,
  noProxy: LIST,
  javaToolOptions: BOOLEAN,
}
const ENVIRONMENT_RULES: OptionRules<EnvironmentProxies> = { from: FROM, loopbackPorts: LIST }

const PREPARED_RULES: OptionRules<PreparedProxies> = { from: FROM, routes: LIST }

/** @throws {TypeError} for an option that does not exist or means nothing, and when no proxy is given. */
export function checkProxyOptions(proxy: ProxyOptions): void {
  if (proxy.from === 'environment') {
    checkOptions(proxy, ENVIRONMENT_RULES)
    return
  }
  if (proxy.from === 'descriptors') {
    checkOptions(proxy, PREPARED_RULES)
    return
  }
  checkOptions(proxy, GIVEN_RULES)
  if (proxy.http === undefined && proxy.socks === undefined) {
    throw new TypeError("option proxy must have http, socks, or from: 'environment'")
  }
}
