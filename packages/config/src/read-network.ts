import { parseProxyValue } from '@linux-sandbox/proxy-bridge'
import type { IssueList, Located, Place } from './place.js'
import { checkKeys, describePlace, readBoolean, readChoice, readString, readTable } from './readers.js'
import type { TableNode, TreeNode } from './tree.js'

/* `[permissions.<name>.network]`. */

export const PROXY_MODES = ['full', 'limited'] as const

export type DomainAccess = 'allow' | 'deny'

/** `[permissions.<name>.network]` as it is written. */
export interface NetworkDefinition {
  readonly enabled: Located<boolean> | undefined
  /** By their patterns, in small letters. `undefined`: no such table. */
  readonly domains: ReadonlyMap<string, Located<DomainAccess>> | undefined
  readonly mode: Located<(typeof PROXY_MODES)[number]> | undefined
  readonly enableSocks5: Located<boolean> | undefined
  readonly proxyUrl: Located<string> | undefined
  readonly socksUrl: Located<string> | undefined
  readonly allUnixSockets: Located<boolean> | undefined
}

export const NO_NETWORK: NetworkDefinition = {
  enabled: undefined,
  domains: undefined,
  mode: undefined,
  enableSocks5: undefined,
  proxyUrl: undefined,
  socksUrl: undefined,
  allUnixSockets: undefined,
}

const KEYS = [
  'enabled',
  'domains',
  'mode',
  'enable_socks5',
  'proxy_url',
  'socks_url',
  'dangerously_allow_all_unix_sockets',
]

/** Keys that others know, and why they are refused here. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  allow_local_binding:
    'a command can always listen on its own loopback; hosts on addresses that are not public are reached by domains that name the addresses',
  allow_upstream_proxy: 'the proxy connects by itself',
  dangerously_allow_non_loopback_proxy: 'commands are led to proxies on loopback only',
  enable_socks5_udp: 'the proxy does not pass UDP on',
  mitm: 'the proxy does not look into encrypted connections',
  unix_sockets:
    'the paths of sockets cannot be told apart; dangerously_allow_all_unix_sockets allows all of them',
}

export function readNetwork(node: TreeNode | undefined, issues: IssueList): NetworkDefinition {
  const table = readTable(node, issues)
  if (table === undefined) return NO_NETWORK
  const { entries } = table
  checkKeys(table, [...KEYS, ...Object.keys(UNSUPPORTED)], issues)
  for (const [key, why] of Object.entries(UNSUPPORTED)) {
    const place = entries.get(key)?.place
    if (place !== undefined) issues.add(place, `is not supported: ${why}`)
  }
  return {
    enabled: readSwitch(entries.get('enabled'), issues),
    domains: readDomains(readTable(entries.get('domains'), issues), issues),
    mode: readChoice(entries.get('mode'), PROXY_MODES, issues),
    enableSocks5: readSwitch(entries.get('enable_socks5'), issues),
    proxyUrl: readUrl(entries.get('proxy_url'), issues),
    socksUrl: readUrl(entries.get('socks_url'), issues),
    allUnixSockets: readSwitch(entries.get('dangerously_allow_all_unix_sockets'), issues),
  }
}

function readSwitch(node: TreeNode | undefined, issues: IssueList): Located<boolean> | undefined {
  const value = readBoolean(node, issues)
  return node === undefined || value === undefined ? undefined : { value, place: node.place }
}

/** What a pattern means is the matter of the proxy. Names are the same in capitals, so that a child finds what its parent says. */
function readDomains(
  table: TableNode | undefined,
  issues: IssueList,
): ReadonlyMap<string, Located<DomainAccess>> | undefined {
  if (table === undefined) return undefined
  const domains = new Map<string, Located<DomainAccess>>()
  for (const [key, node] of table.entries) {
    const access = readChoice(node, ['allow', 'deny'], issues)
    if (access === undefined) continue
    const pattern = key.toLowerCase()
    const known = domains.get(pattern)
    if (known === undefined) domains.set(pattern, access)
    else issues.add(node.place, twice(pattern, known.place))
  }
  return domains
}

function twice(pattern: string, known: Place): string {
  return `${pattern} is given twice, here and at ${describePlace(known)}`
}

function readUrl(node: TreeNode | undefined, issues: IssueList): Located<string> | undefined {
  const url = readString(node, issues)
  if (url === undefined) return undefined
  const value = parseProxyValue(url.value)
  if (value.endpoint !== undefined) return url
  issues.add(url.place, `is no proxy that a command can be led to: ${value.why}`)
  return undefined
}
