import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import type { Socket } from 'node:net'
import type { BrokerSlot } from '@linux-sandbox/native'
import { BrokeredChild } from './broker/brokered-child.js'
import { limitChild } from './broker/limit-child.js'
import { spawnByBroker } from './broker/shared-broker.js'
import { isSignal } from './broker/signal-number.js'
import type { StdioItem } from './stdio.js'

/** What `supervise` is to be started with. */
export interface SuperviseStart {
  /** The native program. */
  readonly program: string
  /** All that it inherits: the command's, the control socket, and what is given to `supervise` alone. */
  readonly slots: readonly StdioItem[]
  /** How many of them are the command's. The control socket comes next. */
  readonly granted: number
  readonly options: Pick<SpawnOptions, 'signal' | 'killSignal' | 'timeout' | 'detached'>
}

/** Starts `supervise`: by the broker where this process is large and the broker can do exactly the same, else by Node. */
export function startSupervise(start: SuperviseStart): ChildProcess {
  const slots = brokerSlots(start)
  return (slots && startByBroker(start, slots)) ?? startByNode(start)
}

function superviseArgs(granted: number): string[] {
  return ['supervise', String(granted), String(granted), String(process.pid)]
}

function startByNode({ program, slots, granted, options }: SuperviseStart): ChildProcess {
  return spawn(program, superviseArgs(granted), { ...options, stdio: [...slots], cwd: '/', env: {} })
}

/**
 * The command's descriptors as the broker knows them; `undefined` where only Node can do what is asked for. What this process has open,
 * by number, as a stream or by `inherit`, no other process has. A slot behind the control socket is a launcher's descriptor or an IPC
 * channel, and so the same. Options that mean nothing are Node's to refuse.
 */
function brokerSlots({ slots, granted, options }: SuperviseStart): BrokerSlot[] | undefined {
  if (slots.length !== granted + 1 || !areValid(options)) return undefined
  const known = slots.slice(0, granted).flatMap((item) => SLOTS.get(item) ?? [])
  return known.length === granted ? known : undefined
}

const SLOTS = new Map<StdioItem, BrokerSlot>([
  ['pipe', 'socket'],
  ['ignore', 'ignore'],
])

function areValid({ signal, killSignal, timeout = 0 }: SuperviseStart['options']): boolean {
  if (signal !== undefined && !(signal instanceof AbortSignal)) return false
  if (killSignal !== undefined && !isSignal(killSignal)) return false
  return Number.isSafeInteger(timeout) && timeout >= 0
}

function startByBroker(start: SuperviseStart, slots: readonly BrokerSlot[]): ChildProcess | undefined {
  const { program, granted, options } = start
  const started = spawnByBroker(program, { slots, detached: options.detached ?? false })
  if (started === undefined) return undefined
  const args = superviseArgs(granted)
  const child = new BrokeredChild({
    process: started,
    file: program,
    args,
    stdio: streamsOf(slots, started.sockets),
  })
  // TypeScript knows nothing of a prototype that is set.
  const asNode = child as unknown as ChildProcess
  limitChild(asNode, options)
  return asNode
}

/** One for each slot, and behind them that of the control socket. */
function streamsOf(slots: readonly BrokerSlot[], sockets: readonly Socket[]): (Socket | null)[] {
  const left = [...sockets]
  return [...slots, 'socket'].map((slot) => (slot === 'socket' ? (left.shift() ?? null) : null))
}
