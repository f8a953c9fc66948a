import { isMainThread } from 'node:worker_threads'
import { Broker, type BrokerOrder, type BrokerProcess } from './broker.js'

/**
 * From which resident size of this process on a broker starts its children, in bytes. Measured, each as the time in which nothing else of
 * this process happens: a start by Node takes 1.0 ms at 55 MiB, 1.4 at 69, 2.5 at 119, 14 at 570 and 48 at 2100, a start by the broker 0.35
 * to 0.6, and that of the broker itself as long as one by Node. So it has paid for itself with the second command, and from here on the gain
 * is 1 ms for each. Nothing is started before there is a command that it can start: a fork is as long then.
 */
const MEMORY_FROM = 64 * 2 ** 20

/** What all copies of this package in this process share. Tests put their own `memoryFrom` there first. */
interface SharedBroker {
  readonly memoryFrom: number
  broker?: Broker | undefined
  /** That one was started in vain, which is not tried again. */
  isImpossible?: boolean
}

const SHARED = Symbol.for('@linux-sandbox/broker')

/** Bun and Deno do not copy themselves to start a program, and their streams are others. */
const IS_NODE = process.versions['bun'] === undefined && process.versions['deno'] === undefined

function shared(): SharedBroker {
  const holder = globalThis as { [SHARED]?: SharedBroker }
  return (holder[SHARED] ??= { memoryFrom: MEMORY_FROM })
}

/**
 * Has `supervise` started by the broker of this process; `undefined` where Node has to start it. What is returned waits for it, and then also
 * gives `undefined` where Node has to. It is to be called once.
 */
export function spawnByBroker(
  program: string,
  order: BrokerOrder,
): (() => BrokerProcess | undefined) | undefined {
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
  const state = shared()
  if (!isMainThread || !IS_NODE) return undefined
  if (state.broker?.isUsable === true && state.broker.program === program) return state.broker
  if (state.isImpossible === true || process.memoryUsage.rss() < state.memoryFrom) return undefined
  state.broker = Broker.start(program)
  state.isImpossible = state.broker === undefined
  return state.broker
}
