import type { DomainRule, ProxySettings } from '@linux-sandbox/config'
import type { EgressRules } from '@linux-sandbox/egress-proxy'
import { UsageError } from 'linux-sandbox'
import type { OptionValues } from './parse.js'

/** A rule for hosts, and where it comes from. */
export interface HostRule {
  readonly pattern: string
  readonly source: DomainRule['place'] | '--allow-host' | '--deny-host'
}

/** What a proxy of this process lets through. */
export interface FilteredNetwork {
  readonly kind: 'filtered'
  readonly allow: readonly HostRule[]
  readonly deny: readonly HostRule[]
  /** Methods of HTTP; `undefined`: all. */
  readonly methods: readonly string[] | undefined
  /** Whether commands are told of SOCKS5, too. */
  readonly socks: boolean
}

/** What a command reaches of the network besides its own loopback. */
export type Network =
  /** What the profile says: everything, or nothing. */
  | { readonly kind: 'profile' }
  | FilteredNetwork
  /** What the proxies let through that the environment names. */
  | { readonly kind: 'environment' }
  | Extract<ProxySettings, { kind: 'urls' }>

const RULE_OPTIONS = ['allow-host', 'deny-host', 'allow-method']

/**
 * The network that the options and the configuration come to. `--network` sets aside what the configuration says of it, and the other options
 * add to that.
 *
 * @param program - under which name help is to be had
 * @throws {UsageError} for options that contradict each other or the configuration.
 */
export function networkOf(
  values: OptionValues,
  configured: ProxySettings | undefined,
  program: string,
): Network {
  const asked = [...RULE_OPTIONS, 'use-proxy'].find((name) => values.has(name))
  const mode = values.text('network')
  const settings = mode === undefined ? configured : undefined
  if (asked === undefined) return unasked(settings)
  const contradiction = contradictionOf(values, settings)
  if (contradiction !== undefined) throw new UsageError(`--${asked} contradicts ${contradiction}`, program)
  if (asked === 'use-proxy') return { kind: 'environment' }
  const network = withOptions(settings?.kind === 'domains' ? settings : undefined, values)
  if (network.allow.length > 0) return network
  throw new UsageError(`--${asked} needs --allow-host: without it nothing is reached`, program)
}

function unasked(settings: ProxySettings | undefined): Network {
  if (settings === undefined) return { kind: 'profile' }
  if (settings.kind === 'urls') return settings
  const { methods, socks } = settings
  return { kind: 'filtered', allow: sourced(settings.allow), deny: sourced(settings.deny), methods, socks }
}

function contradictionOf(values: OptionValues, settings: ProxySettings | undefined): string | undefined {
  if (values.text('network') === 'enabled')
    return '--network enabled, which lets the command reach everything'
  if (values.has('use-legacy-landlock'))
    return '--use-legacy-landlock, which makes no network to put a proxy in'
  const hasRules = RULE_OPTIONS.some((name) => values.has(name))
  const usesProxy = values.has('use-proxy')
  if (hasRules && usesProxy) return '--use-proxy: those proxies decide by themselves'
  if (settings?.kind === 'urls')
    return 'proxy_url and socks_url of the profile; --network restricted sets those aside'
  if (usesProxy && settings !== undefined)
    return 'domains of the profile; --network restricted sets those aside'
  return undefined
}

function withOptions(
  settings: Extract<ProxySettings, { kind: 'domains' }> | undefined,
  values: OptionValues,
): FilteredNetwork {
  const { allow = [], deny = [], methods = [], socks = true } = settings ?? {}
  const allMethods = [...new Set([...methods, ...values.texts('allow-method')])]
  return {
    kind: 'filtered',
    allow: [...sourced(allow), ...rulesOf(values, 'allow-host')],
    deny: [...sourced(deny), ...rulesOf(values, 'deny-host')],
    methods: allMethods.length === 0 ? undefined : allMethods,
    socks,
  }
}

function rulesOf(values: OptionValues, name: 'allow-host' | 'deny-host'): HostRule[] {
  return values.texts(name).map((pattern) => ({ pattern, source: `--${name}` as const }))
}

function sourced(rules: readonly DomainRule[]): HostRule[] {
  return rules.map(({ pattern, place }) => ({ pattern, source: place }))
}

/** In the form that the proxy takes. */
export function egressRules({ allow, deny, methods }: FilteredNetwork): EgressRules {
  return {
    allow: allow.map(({ pattern }) => pattern),
    deny: deny.map(({ pattern }) => pattern),
    ...(methods === undefined ? {} : { methods }),
  }
}
