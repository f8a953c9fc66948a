import { isMainThread } from 'node:worker_threads'
import { Broker, type BrokerOrder, type BrokerProcess } from './broker.js'

/**
 * From which resident size of this process on a broker starts its children, in bytes. A fork by Node takes longer the more memory it
 * has to copy the tables of, while a broker takes as long for every size; to start it takes one fork.
 */
const MEMORY_FROM = 64 * 2 ** 20

/** What all copies of this package in this process share. */
interface SharedBroker {
  memoryFrom: number
  broker: Broker | undefined
  isImpossible: boolean
}

const SHARED = Symbol.for('@linux-sandbox/broker')

/** Bun and Deno do not copy themselves to start a program, and their streams are others. */
const IS_NODE = process.versions['bun'] === undefined && process.versions['deno'] === undefined

function shared(): SharedBroker {
  const holder = globalThis as { [SHARED]?: SharedBroker }
  return (holder[SHARED] ??= { memoryFrom: MEMORY_FROM, broker: undefined, isImpossible: false })
}

/** For tests: from which resident size on there is one. */
export function setBrokerMemory(bytes: number = MEMORY_FROM): void {
  shared().memoryFrom = bytes
}

/** Has `supervise` started by the broker of this process; `undefined` where Node has to start it. */
export function spawnByBroker(program: string, order: BrokerOrder): BrokerProcess | undefined {
  const broker = sharedBroker(program)
  const started = broker?.spawn(order)
  if (started !== 'stale') return started === 'refused' ? undefined : started
  // This process has changed its user or the like: only what it starts from now on inherits that.
  broker?.retire()
  const again = sharedBroker(program)?.spawn(order)
  return typeof again === 'string' ? undefined : again
}

/**
 * The broker of this process, which is started when it is worth it. A worker has none: where it ends before its broker does, nobody would
 * reap that.
 */
export function sharedBroker(program: string): Broker | undefined {
  const state = shared()
  if (!isMainThread || !IS_NODE) return undefined
  if (state.broker?.isUsable === true && state.broker.program === program) return state.broker
  if (state.isImpossible || process.memoryUsage.rss() < state.memoryFrom) return undefined
  state.broker = Broker.start(program)
  state.isImpossible = state.broker === undefined
  return state.broker
}
