import type { Socket } from 'node:net'
import type { Address } from './address.js'
import { ConnectError, connectToAny } from './connect.js'
import { statusOf, type Decision, type EgressRequest, type Refusal } from './decision.js'
import { formatAuthority } from './host.js'
import { judgeAddresses, judgeRequest } from './judge.js'
import type { EgressLimits } from './limits.js'
import { addressesOf, type Resolve } from './resolve.js'
import { compileRules, type CompiledRules, type EgressRules } from './rules.js'

/** What came of a request: a connection to the server, or why there is none. */
export type Opened = { readonly socket: Socket } | { readonly refusal: Refusal }

/** The only place where connections are decided and made. */
export interface Gate {
  /** Setting them closes every open connection that they do not allow. */
  rules: EgressRules
  /** Decides, connects, and reports. `signal`: the client is gone. */
  open(request: EgressRequest, signal: AbortSignal): Promise<Opened>
  /** Reports something that never became a request. */
  reportRefusal(refusal: Refusal, known?: Partial<Decision>): void
  /** Closes every connection. */
  close(): void
}

export interface GateOptions {
  readonly rules: EgressRules
  readonly resolve: Resolve
  readonly limits: EgressLimits
  readonly onDecision: (decision: Decision) => void
}

interface OpenConnection {
  readonly request: EgressRequest
  readonly address: Address
  readonly socket: Socket
}

/** @throws {PolicyInvalidError} for rules that do not mean anything; so does setting them. */
export function createGate(options: GateOptions): Gate {
  const { limits, resolve } = options
  const timeoutMs = limits.connectMs
  const open = new Set<OpenConnection>()
  let rules = options.rules
  let compiled = compileRules(rules)

  const report = (decision: Omit<Decision, 'time'>): void =>
    options.onDecision({ time: new Date().toISOString(), ...decision })

  /** The decision, and the connection that it led to. */
  const decide = async (request: EgressRequest, signal: AbortSignal): Promise<Opened & Partial<Decision>> => {
    const verdict = judgeRequest(compiled, request)
    if ('refusal' in verdict) return verdict
    const addresses = await addressesOf(request.host, { resolve, timeoutMs }).catch(() => undefined)
    if (addresses === undefined) return { refusal: unresolved(request), rule: verdict.rule }
    const usable = judgeAll(compiled, request, addresses)
    if ('refusal' in usable) return usable
    try {
      const { socket, address } = await connectToAny(usable.addresses, {
        port: request.port,
        timeoutMs,
        signal,
      })
      // The rules may be others by now.
      const now = judgeAll(compiled, request, [address])
      if ('refusal' in now) {
        socket.destroy()
        return now
      }
      const connection = { request, address, socket }
      open.add(connection)
      socket.once('close', () => open.delete(connection))
      return { socket, rule: now.rule, address: address.toString() }
    } catch (error) {
      if (!(error instanceof ConnectError)) throw error
      return { refusal: unconnected(request, error), rule: usable.rule }
    }
  }

  return {
    get rules() {
      return rules
    },
    set rules(next) {
      compiled = compileRules(next)
      rules = next
      for (const { request, address, socket } of open) {
        if ('refusal' in judgeAll(compiled, request, [address])) socket.destroy()
      }
    },
    async open(request, signal) {
      const { protocol, method, port } = request
      const { rule, address, ...opened } = await decide(request, signal)
      const outcome =
        'refusal' in opened
          ? { status: statusOf(opened.refusal), ...opened.refusal }
          : { status: 'allowed' as const }
      report({
        protocol,
        method,
        host: request.host.text,
        port,
        ...(rule === undefined ? {} : { rule }),
        ...(address === undefined ? {} : { address }),
        ...outcome,
      })
      return opened
    },
    reportRefusal: (refusal, known = {}) => report({ ...known, status: statusOf(refusal), ...refusal }),
    close() {
      for (const { socket } of open) socket.destroy()
    },
  }
}

type FullVerdict =
  { readonly rule: string; readonly addresses: readonly Address[] } | { readonly refusal: Refusal }

/** Both judgements, by the rules of this moment. */
function judgeAll(rules: CompiledRules, request: EgressRequest, addresses: readonly Address[]): FullVerdict {
  const verdict = judgeRequest(rules, request)
  if ('refusal' in verdict) return verdict
  const usable = judgeAddresses(rules, request, addresses)
  return 'refusal' in usable ? usable : { rule: verdict.rule, addresses: usable.addresses }
}

function unresolved({ host, port }: EgressRequest): Refusal {
  return {
    reason: 'resolve-failed',
    message: `${formatAuthority(host.text, port)} was not found: its name has no address`,
  }
}

function unconnected({ host, port }: EgressRequest, { isTimeout }: ConnectError): Refusal {
  const place = formatAuthority(host.text, port)
  return isTimeout
    ? { reason: 'connect-timeout', message: `${place} did not answer in time` }
    : { reason: 'connect-failed', message: `${place} does not take connections` }
}
