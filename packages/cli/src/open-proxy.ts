import { createEgressProxy } from '@linux-sandbox/egress-proxy'
import type { ProxyOptions } from 'linux-sandbox'
import { openDecisionLog, type LogRequest } from './decision-log.js'
import { ownLoopbackHosts } from './loopback.js'
import { egressRules, type FilteredNetwork } from './network.js'
import { Refusals } from './refusals.js'

/** A proxy of this process, for one command. */
export interface OpenProxy {
  readonly options: ProxyOptions
  readonly refusals: Refusals
  /** Closes every connection. */
  readonly close: () => Promise<void>
}

/**
 * Starts the proxy that enforces `network`. It listens nowhere: it gets the connections of the command.
 *
 * @throws {SandboxError} when the log cannot be opened.
 */
export function openProxy(network: FilteredNetwork, log: LogRequest | undefined): OpenProxy {
  const decisionLog = log && openDecisionLog(log)
  const refusals = new Refusals()
  const rules = egressRules(network)
  const proxy = createEgressProxy({
    rules,
    onDecision(decision) {
      refusals.add(decision)
      decisionLog?.write(decision)
    },
  })
  return {
    options: {
      http: proxy.handle,
      ...(network.socks ? { socks: proxy.handle } : {}),
      noProxy: ownLoopbackHosts(network.allow.map(({ pattern }) => pattern)),
    },
    refusals,
    async close() {
      await proxy.close()
      decisionLog?.close()
    },
  }
}
