import { printable } from '@linux-sandbox/policy'
import { parseProxyValue, planRoutes, takeAttribution, type Endpoint } from '@linux-sandbox/proxy-bridge'
import type { FilteredNetwork, HostRule, Network } from './network.js'
import { columns, printableText, type Row } from './text.js'

/** What a command reaches through a proxy. */
export interface ExplainedProxy {
  /** In a few words. */
  readonly summary: string
  readonly title: string
  readonly lines: readonly string[]
  /** The same for programs. */
  readonly document: object
}

/**
 * The proxy of `network`, if there is one.
 *
 * @throws {ProxyRouteError} when it is to be one that the environment names, and it names none.
 */
export function explainProxy(network: Network): ExplainedProxy | undefined {
  switch (network.kind) {
    case 'profile':
      return undefined
    case 'filtered':
      return explainRules(network)
    case 'environment':
      return explainEnvironment()
    case 'urls': {
      const { kind, http, socks } = network
      const named = { http: describeUrl(http), socks: describeUrl(socks) }
      const rows = Object.entries(named).map(([term, text]) => ({ term, text: text ?? 'none' }))
      return proxies('that the profile names', rows, { kind, ...named })
    }
  }
}

function explainRules({ kind, allow, deny, methods, socks }: FilteredNetwork): ExplainedProxy {
  const rows = [
    ...deny.map((rule) => ruleRow('deny', rule)),
    ...allow.map((rule) => ruleRow('allow', rule)),
    ...(methods === undefined ? [] : [{ term: 'methods', text: methods.join(', ') }]),
  ]
  return {
    summary: 'its own, with a proxy that lets through what rules allow',
    title: 'Hosts that can be reached, through a proxy of linux-sandbox:',
    lines: rows.length === 0 ? ['none'] : table(rows),
    document: {
      kind,
      allow: allow.map(({ pattern }) => pattern),
      deny: deny.map(({ pattern }) => pattern),
      methods: methods ?? null,
      socks,
    },
  }
}

function ruleRow(term: string, { pattern, source }: HostRule): Row {
  return { term, text: `${printable(pattern)}  (${describeSource(source)})` }
}

function describeSource(source: HostRule['source']): string {
  if (typeof source === 'string') return source
  return source.override === undefined ? `line ${source.line}` : `-c ${printableText(source.override)}`
}

function explainEnvironment(): ExplainedProxy {
  const given = Object.entries(process.env).map(([name, value]) => [name, value ?? ''] as const)
  const { routes, ignored } = planRoutes(takeAttribution(Object.fromEntries(given)).environment)
  const used = routes.map(({ endpoint, variables }) => ({ proxy: describeEndpoint(endpoint), variables }))
  const rows = [
    ...used.map(({ proxy, variables }) => ({ term: proxy, text: variables.join(', ') })),
    ...ignored.map(({ name, why }) => ({ term: 'not used', text: `${name}: ${printableText(why)}` })),
  ]
  return proxies('that the environment names', rows, { kind: 'environment', routes: used, ignored })
}

/** Without what is secret in it. */
function describeUrl(url: string | undefined): string | null {
  const endpoint = url === undefined ? undefined : parseProxyValue(url).endpoint
  return endpoint === undefined ? null : describeEndpoint(endpoint)
}

function describeEndpoint(endpoint: Endpoint): string {
  if (endpoint.kind === 'unix') return `unix:${printable(endpoint.path)}`
  const { address, port } = endpoint
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

function proxies(which: string, rows: readonly Row[], document: object): ExplainedProxy {
  return {
    summary: `its own, with the proxies ${which}`,
    title: `Proxies ${which}:`,
    lines: table(rows),
    document,
  }
}

/** The lines of `columns` without its margin. */
function table(rows: readonly Row[]): string[] {
  const term = Math.max(...rows.map((row) => row.term.length))
  return columns(rows, { term, line: Number.MAX_SAFE_INTEGER }).map((line) => line.trimStart())
}
