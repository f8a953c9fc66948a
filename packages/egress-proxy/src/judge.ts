import { addressClass, type Address } from './address.js'
import type { EgressRequest, Refusal } from './decision.js'
import { formatAuthority, type Host } from './host.js'
import { matchesPattern } from './pattern.js'
import type { CompiledRule, CompiledRules } from './rules.js'

/** The rule that allows it, or why it is refused. */
export type Verdict = { readonly rule: string } | { readonly refusal: Refusal }

/** The addresses that may be connected to, in the given order, or why there are none. */
export type AddressVerdict = { readonly addresses: readonly Address[] } | { readonly refusal: Refusal }

/** Whether the rules allow the host as it was named. What its addresses are is {@link judgeAddresses}. */
export function judgeRequest(rules: CompiledRules, request: EgressRequest): Verdict {
  const place = formatAuthority(request.host.text, request.port)
  const denial = denialOf(rules, request, request.host)
  if (denial !== undefined) return { refusal: denied(place, denial) }
  const candidates = rules.allow.filter(({ pattern }) => matchesPattern(pattern, request.host, request.port))
  const grant = candidates.find((rule) => allowsMethod(rule, request))
  if (grant !== undefined) return { rule: grant.text }
  const [nearest] = candidates
  if (nearest === undefined) {
    const message = `${place} is blocked: no rule allows it`
    return { refusal: { reason: 'blocked-by-allowlist', message } }
  }
  const what = request.protocol === 'http' ? request.method : 'a tunnel (CONNECT)'
  const message = `${what} to ${place} is blocked: the rule ${JSON.stringify(nearest.text)} does not list that method`
  return { refusal: { reason: 'blocked-by-method-policy', message, rule: nearest.text } }
}

/**
 * Which of `addresses` an allowed request may be connected to: public ones, those that a rule for addresses allows, and loopback for
 * the name `localhost` where a rule names it; none that a rule denies.
 */
export function judgeAddresses(
  rules: CompiledRules,
  request: EgressRequest,
  addresses: readonly Address[],
): AddressVerdict {
  const usable = addresses.filter(
    (address) =>
      denialOf(rules, request, hostOf(address)) === undefined && isGranted(rules, request, address),
  )
  if (usable.length > 0) return { addresses: usable }
  const place = formatAuthority(request.host.text, request.port)
  const refused = addresses.find((address) => !isGranted(rules, request, address))
  if (refused === undefined) {
    const [denial] = addresses.flatMap((address) => denialOf(rules, request, hostOf(address)) ?? [])
    if (denial !== undefined) return { refusal: denied(place, denial) }
    return { refusal: { reason: 'resolve-failed', message: `${place} has no address` } }
  }
  const message = `${place} is blocked: its address is not public (${addressClass(refused)}), and no rule for addresses allows it`
  return { refusal: { reason: 'blocked-by-address-policy', message } }
}

function denied(place: string, { text }: CompiledRule): Refusal {
  return {
    reason: 'blocked-by-denylist',
    message: `${place} is blocked by the rule ${JSON.stringify(text)}, which denies it`,
    rule: text,
  }
}

/** In a tunnel every method can be used, so a rule that denies some denies it. */
function denialOf(rules: CompiledRules, request: EgressRequest, host: Host): CompiledRule | undefined {
  return rules.deny.find(
    (rule) =>
      matchesPattern(rule.pattern, host, request.port) &&
      (request.protocol !== 'http' || allowsMethod(rule, request)),
  )
}

function isGranted(rules: CompiledRules, request: EgressRequest, address: Address): boolean {
  const range = addressClass(address)
  if (range === 'public') return true
  const host = hostOf(address)
  return rules.allow.some((rule) => {
    if (!allowsMethod(rule, request)) return false
    const { pattern } = rule
    if (pattern.host.kind === 'network') return matchesPattern(pattern, host, request.port)
    const namesLocalhost = pattern.host.kind === 'name' && pattern.host.name === LOCALHOST
    return namesLocalhost && range === 'loopback' && matchesPattern(pattern, request.host, request.port)
  })
}

/** RFC 6761 6.3: this name is for loopback addresses. */
const LOCALHOST = 'localhost'

function allowsMethod({ methods }: CompiledRule, { method }: EgressRequest): boolean {
  return methods === undefined || methods.has(method)
}

function hostOf(address: Address): Host {
  return { kind: 'address', text: address.toString(), address }
}
