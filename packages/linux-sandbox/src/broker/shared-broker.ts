import { isMainThread } from 'node:worker_threads'
import { Broker, type BrokerOrder, type BrokerProcess } from './broker.js'
import { shared } from '../shared.js'
import { BROKER_RULE, isWorthBroker, type BrokerRule } from './start-rule.js'

interface SharedBroker extends BrokerRule {
  /** How many commands there were that a broker could start. */
  commands?: number
  broker?: Broker | undefined
  /** That one was started in vain, which is not tried again. */
  isImpossible?: boolean
}

/** Where tests put a rule of their own. */
const RULE = Symbol.for('@linux-sandbox/broker')

/** Bun and Deno do not copy themselves to start a program, and their streams are others. */
const IS_NODE = process.versions['bun'] === undefined && process.versions['deno'] === undefined

function sharedState(): SharedBroker {
  return shared('broker', () => ({ ...((globalThis as { [RULE]?: BrokerRule })[RULE] ?? BROKER_RULE) }))
}

/**
 * Has `supervise` started by the broker of this process; `undefined` where Node has to start it. What is returned waits for it, and then also
 * gives `undefined` where Node has to. It is to be called once.
 */
export function spawnByBroker(
  program: string,
  order: BrokerOrder,
): (() => BrokerProcess | undefined) | undefined {
  const state = sharedState()
  state.commands = (state.commands ?? 0) + 1
  const broker = sharedBroker(program)
  if (broker === undefined) return undefined
  const answer = broker.spawn(order)
  return () => {
    const started = answer()
    if (started !== 'stale') return started === 'refused' ? undefined : started
    // This process has changed its user or the like: only what it starts from now on inherits that.
    broker.retire()
    const again = sharedBroker(program)?.spawn(order)()
    return typeof again === 'string' ? undefined : again
  }
}

/**
 * The broker of this process, which is started when it is worth it. A worker has none: where it ends before its broker does, nobody would
 * reap that.
 */
function sharedBroker(program: string): Broker | undefined {
  const state = sharedState()
  if (!isMainThread || !IS_NODE) return undefined
  if (state.broker?.isUsable === true && state.broker.program === program) return state.broker
  if (state.isImpossible === true) return undefined
  if (!isWorthBroker(state.commands ?? 1, process.memoryUsage.rss(), state)) return undefined
  state.broker = Broker.start(program)
  state.isImpossible = state.broker === undefined
  return state.broker
}
