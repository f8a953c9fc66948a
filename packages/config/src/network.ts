import type { Note } from './notes.js'
import type { IssueList, Located, Place } from './place.js'
import type { DomainAccess, NetworkDefinition } from './read-network.js'

/** A rule of `domains`, and where it is written. */
export interface DomainRule {
  readonly pattern: string
  readonly place: Place
}

/** What a command reaches of the network besides its own loopback. */
export type ProxySettings =
  /** What a filtering proxy lets through: what rules of `allow` name and none of `deny`. */
  | {
      readonly kind: 'domains'
      readonly allow: readonly DomainRule[]
      readonly deny: readonly DomainRule[]
      /** Methods of HTTP; `undefined`: all. */
      readonly methods: readonly string[] | undefined
      /** Whether commands are told of SOCKS5, too. */
      readonly socks: boolean
    }
  /** What these proxies let through; at least one. URLs on loopback or of Unix sockets. */
  | { readonly kind: 'urls'; readonly http: string | undefined; readonly socks: string | undefined }

/** The network of a profile. */
export interface NetworkSettings {
  /** Of the host. */
  readonly isEnabled: boolean
  readonly proxy: ProxySettings | undefined
  readonly unixSockets: boolean
}

/** Methods that only read. Source: RFC 9110 9.2.1, without `TRACE`. */
const LIMITED_METHODS = ['GET', 'HEAD', 'OPTIONS'] as const

/** What `child` says, and where it says nothing what its parent says; of `domains` each pattern by itself. */
export function inheritNetwork(parent: NetworkDefinition, child: NetworkDefinition): NetworkDefinition {
  const domains =
    parent.domains && child.domains
      ? new Map([...parent.domains, ...child.domains])
      : (child.domains ?? parent.domains)
  return {
    enabled: child.enabled ?? parent.enabled,
    domains,
    mode: child.mode ?? parent.mode,
    enableSocks5: child.enableSocks5 ?? parent.enableSocks5,
    proxyUrl: child.proxyUrl ?? parent.proxyUrl,
    socksUrl: child.socksUrl ?? parent.socksUrl,
    allUnixSockets: child.allUnixSockets ?? parent.allUnixSockets,
  }
}

/** Adds an issue where a network with all that it inherits is to be filtered here and by another proxy. */
export function checkNetwork(network: NetworkDefinition, issues: IssueList): void {
  const url = network.proxyUrl ?? network.socksUrl
  if (url === undefined || !isFiltered(network)) return
  issues.add(
    url.place,
    'contradicts domains, mode and enable_socks5: they are for a proxy of linux-sandbox itself, and this one would not know them',
  )
}

/** Every key of the filtering proxy is a wish for it: without, `enabled` would open more than was meant. */
function isFiltered({ domains, mode, enableSocks5 }: NetworkDefinition): boolean {
  return domains !== undefined || mode !== undefined || enableSocks5 !== undefined
}

/** What `network` comes to. `enabled = false` switches all of it off; else a proxy is all that is reached where there is one. */
export function networkSettings(network: NetworkDefinition): NetworkSettings {
  const isOff = network.enabled?.value === false
  const proxy = isOff ? undefined : proxySettings(network)
  return {
    isEnabled: network.enabled?.value === true && proxy === undefined,
    proxy,
    unixSockets: network.allUnixSockets?.value ?? false,
  }
}

function proxySettings(network: NetworkDefinition): ProxySettings | undefined {
  const { proxyUrl, socksUrl, domains = new Map(), mode, enableSocks5 } = network
  if (proxyUrl !== undefined || socksUrl !== undefined)
    return { kind: 'urls', http: proxyUrl?.value, socks: socksUrl?.value }
  if (!isFiltered(network)) return undefined
  return {
    kind: 'domains',
    allow: rulesOf(domains, 'allow'),
    deny: rulesOf(domains, 'deny'),
    methods: mode?.value === 'limited' ? LIMITED_METHODS : undefined,
    socks: enableSocks5?.value ?? true,
  }
}

/** In the order of their patterns, so that it does not depend on how the document is written. */
function rulesOf(domains: ReadonlyMap<string, Located<DomainAccess>>, access: DomainAccess): DomainRule[] {
  return [...domains]
    .filter(([, { value }]) => value === access)
    .map(([pattern, { place }]) => ({ pattern, place }))
    .toSorted((a, b) => (a.pattern < b.pattern ? -1 : 1))
}

/** What is probably not meant. */
export function networkNotes(name: string, place: Place, network: NetworkDefinition): Note[] {
  const { enabled, proxyUrl, socksUrl } = network
  const hasProxy = isFiltered(network) || proxyUrl !== undefined || socksUrl !== undefined
  if (hasProxy && enabled?.value === false) {
    const message = `network.enabled is false, so that the profile ${name} reaches nothing through a proxy either`
    return [{ kind: 'proxy-without-effect', message, ...enabled.place }]
  }
  const settings = networkSettings(network).proxy
  if (settings?.kind !== 'domains' || settings.allow.length > 0) return []
  const message = `the profile ${name} allows no domain, so that no host can be reached`
  return [{ kind: 'no-domain-allowed', message, ...place }]
}
