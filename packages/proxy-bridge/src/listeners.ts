import { ProxyRouteError, type UnusedProxyVariable } from '@linux-sandbox/errors'
import type { RoutableValue } from './endpoint.js'
import { rewriteProxyValue } from './proxy-value.js'
import { byName, definedVariables, type Environment } from './variables.js'

/** As many as the native program binds. */
export const MAX_LISTENERS = 16

/** Ports below need a capability, which a command has not. Source: ip(7), ip_unprivileged_port_start. */
const FIRST_UNPRIVILEGED_PORT = 1024

/** Where the search for a port begins when a listener cannot have that of its endpoint. */
const FIRST_CHOSEN_PORT = 20_000

export interface RoutableVariable {
  readonly name: string
  readonly value: RoutableValue
}

/** What is bound on 127.0.0.1 inside the sandbox, and who is told. */
export interface Listener<Key> {
  readonly key: Key
  readonly port: number
  /** At least one. */
  readonly variables: readonly RoutableVariable[]
}

export interface ListenerOptions<Key, Variable> {
  /** Equal for variables that share a listener. */
  readonly keyOf: (variable: Variable) => Key
  /** What the message of a refusal begins with. */
  readonly failed: string
  /** What is not used anyway, for that message. */
  readonly ignored: readonly UnusedProxyVariable[]
}

/**
 * One listener for all variables with the same key, in the order of their first variables. It has the port of its endpoint if it can:
 * what a person reads in the environment is then what was configured.
 *
 * @throws {ProxyRouteError} when there are more than `MAX_LISTENERS`.
 */
export function assignListeners<Key, Variable extends RoutableVariable>(
  variables: readonly Variable[],
  { keyOf, failed, ignored }: ListenerOptions<Key, Variable>,
): Listener<Key>[] {
  const byKey = new Map<Key, Variable[]>()
  for (const variable of variables) {
    const key = keyOf(variable)
    byKey.set(key, [...(byKey.get(key) ?? []), variable])
  }
  const groups = [...byKey]
  if (groups.length > MAX_LISTENERS) {
    const left = groups.slice(MAX_LISTENERS).flatMap(([, group]) => group)
    throw new ProxyRouteError(
      `${failed}${groups.length} different proxies are named, and at most ${MAX_LISTENERS} can be routed`,
      [...ignored, ...left.map(({ name }) => ({ name, why: 'is left without a listener' }))].toSorted(byName),
      { hint: 'let more variables name the same proxy' },
    )
  }
  const taken = new Set<number>()
  return groups.map(([key, group]) => {
    const port = choosePort(group[0]?.value, taken)
    taken.add(port)
    return { key, port, variables: group }
  })
}

function choosePort(value: RoutableValue | undefined, taken: ReadonlySet<number>): number {
  const wanted = value?.endpoint.kind === 'tcp' ? value.endpoint.port : 0
  if (wanted >= FIRST_UNPRIVILEGED_PORT && !taken.has(wanted)) return wanted
  let port = FIRST_CHOSEN_PORT
  while (taken.has(port)) port++
  return port
}

/** All of `environment`, with the variables of `listeners` naming these. */
export function rewriteEnvironment(
  environment: Environment,
  listeners: readonly Listener<unknown>[],
): Record<string, string> {
  const rewritten = listeners.flatMap(({ port, variables }) =>
    variables.map(({ name, value }) => [name, rewriteProxyValue(value, port)] as const),
  )
  return Object.fromEntries([...definedVariables(environment), ...rewritten])
}
