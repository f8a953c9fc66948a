import { METHODS } from 'node:http'
import { PolicyInvalidError, type Issue } from '@linux-sandbox/errors'
import { parsePattern, type Pattern } from './pattern.js'

/**
 * Hosts, and optionally the methods for which that holds. A text is the hosts alone: `name`, `*.domain` (every name below it), `**.domain`
 * (itself, too), an IP address, each also with `:port`; `address/bits`; or `*`, which is every name and every public address.
 */
export type EgressRule = string | { readonly host: string; readonly methods?: readonly string[] }

/** What may be reached. What no rule allows is refused, and what a rule denies is refused even so. */
export interface EgressRules {
  readonly allow: readonly EgressRule[]
  readonly deny?: readonly EgressRule[]
  /**
   * The methods for which rules of `allow` without a list of their own hold. Default: all. In a tunnel the methods cannot be seen, so it needs
   * `CONNECT` in the list.
   */
  readonly methods?: readonly string[]
}

/** A rule that has been read. */
export interface CompiledRule {
  /** The hosts, as written: what names the rule in messages. */
  readonly text: string
  readonly pattern: Pattern
  /** `undefined`: all. */
  readonly methods: ReadonlySet<string> | undefined
}

export interface CompiledRules {
  readonly allow: readonly CompiledRule[]
  readonly deny: readonly CompiledRule[]
}

type Path = readonly (string | number)[]

const KNOWN_METHODS = new Set(METHODS)

/**
 * `rules`, read once.
 *
 * @throws {PolicyInvalidError} with every rule that does not mean anything.
 */
export function compileRules(rules: EgressRules): CompiledRules {
  const issues: Issue[] = []
  if (!isObject(rules))
    throw new PolicyInvalidError('the egress rules', [{ path: [], message: 'must be an object' }])
  refuseUnknownKeys(rules, ['allow', 'deny', 'methods'], [], issues)
  const methods = readMethods(rules.methods, ['methods'], issues)
  const allow = readList(rules.allow, ['allow'], issues)
  const deny = readList(rules.deny ?? [], ['deny'], issues)
  if (issues.length > 0) throw new PolicyInvalidError('the egress rules', issues)
  return { allow: allow.map((rule) => ({ ...rule, methods: rule.methods ?? methods })), deny }
}

function readList(list: unknown, path: Path, issues: Issue[]): CompiledRule[] {
  if (!Array.isArray(list)) {
    issues.push({ path, message: 'must be a list of rules' })
    return []
  }
  return list.flatMap((rule: unknown, index) => readRule(rule, [...path, index], issues) ?? [])
}

function readRule(rule: unknown, path: Path, issues: Issue[]): CompiledRule | undefined {
  const { host, methods, ...others } = isObject(rule) ? rule : { host: rule, methods: undefined }
  if (typeof host !== 'string') {
    issues.push({ path, message: 'must be a text, or an object whose host is one' })
    return undefined
  }
  refuseUnknownKeys(others, [], path, issues)
  const compiledMethods = readMethods(methods, [...path, 'methods'], issues)
  const pattern = parsePattern(host)
  if ('problem' in pattern) {
    issues.push({ path, message: `${JSON.stringify(host)} ${pattern.problem}` })
    return undefined
  }
  return { text: host, pattern, methods: compiledMethods }
}

function readMethods(methods: unknown, path: Path, issues: Issue[]): ReadonlySet<string> | undefined {
  if (methods === undefined) return undefined
  if (!Array.isArray(methods) || methods.length === 0) {
    issues.push({ path, message: 'must be a list of at least one method' })
    return undefined
  }
  for (const [index, method] of methods.entries()) {
    if (!KNOWN_METHODS.has(method)) {
      issues.push({ path: [...path, index], message: `${JSON.stringify(method)} is no method, like GET` })
    }
  }
  return new Set(methods)
}

function refuseUnknownKeys(value: object, known: readonly string[], path: Path, issues: Issue[]): void {
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) issues.push({ path: [...path, key], message: 'is no key that rules have' })
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
