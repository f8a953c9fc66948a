import type { Decision, RefusalReason } from '@linux-sandbox/egress-proxy'
import { printable } from '@linux-sandbox/policy'
import { printableText } from './text.js'

/** Requests that the proxy refused for one reason. */
export interface Refusal {
  /** Absent where none was understood. */
  readonly host?: string
  readonly port?: number
  readonly reason: RefusalReason
  /** The rule that decided, as it is written. */
  readonly rule?: string
  /** Where it is the reason. `CONNECT` for tunnels. */
  readonly method?: string
  /** One sentence without a full stop. */
  readonly message: string
  readonly requests: number
}

/** A command can ask for any number of hosts. */
const KEPT_MAX = 100
const PRINTED_MAX = 10

/** What the proxy refused, as far as it is kept. */
export class Refusals {
  readonly #kept = new Map<string, Refusal>()
  #requests = 0

  /** All that were refused, also for reasons that are not kept. */
  get requests(): number {
    return this.#requests
  }

  /** The first 100 by host and reason. */
  get list(): readonly Refusal[] {
    return [...this.#kept.values()]
  }

  add({ status, host, port, reason, rule, method, message }: Decision): void {
    if (status !== 'blocked' || reason === undefined) return
    this.#requests += 1
    const isAboutMethod = reason === 'blocked-by-method-policy' && method !== undefined
    const key = JSON.stringify([host, port, reason, isAboutMethod && method])
    const known = this.#kept.get(key)
    if (known === undefined && this.#kept.size >= KEPT_MAX) return
    const requests = (known?.requests ?? 0) + 1
    this.#kept.set(key, {
      ...(host === undefined ? {} : { host }),
      ...(port === undefined ? {} : { port }),
      reason,
      ...(rule === undefined ? {} : { rule }),
      ...(isAboutMethod ? { method } : {}),
      message: message ?? reason,
      requests,
    })
  }

  /** What to tell somebody whose command failed: a line for each, the first ten. */
  lines(): string[] {
    const { list } = this
    const lines = list.slice(0, PRINTED_MAX).map((refusal) => `refused: ${describe(refusal)}`)
    return list.length > PRINTED_MAX ? [...lines, `refused: ${othersOf(list)}; --proxy-log has all`] : lines
  }
}

function othersOf({ length }: readonly Refusal[]): string {
  if (length === KEPT_MAX) return 'many others'
  return length === PRINTED_MAX + 1 ? '1 other' : `${length - PRINTED_MAX} others`
}

function describe({ host, port, reason, rule, method, message }: Refusal): string {
  if (host === undefined || port === undefined) return printableText(message)
  const place = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
  switch (reason) {
    case 'blocked-by-allowlist':
      return `${place} (no rule allows it); allow it with --allow-host ${place}`
    case 'blocked-by-denylist':
      return `${place} (the rule ${printable(rule ?? '')} denies it)`
    case 'blocked-by-method-policy':
      return `${method} to ${place} (the method is not allowed); allow it with --allow-method ${method}`
    case 'blocked-by-address-policy':
      return `${place} (its address is not public); allow that, too, with --allow-host ADDRESS`
    default:
      return `${place} (${printableText(message)})`
  }
}
