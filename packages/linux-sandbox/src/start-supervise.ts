import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { expectation, type BrokerSlot } from '@linux-sandbox/native'
import type { Backend } from './backend.js'
import { isSignal } from './broker/signal-number.js'
import { startByBroker } from './broker/start-by-broker.js'
import type { StdioItem } from './stdio.js'

/** What `supervise` is to be started with. */
export interface SuperviseStart {
  /** The native program. */
  readonly program: string
  /** All that it inherits: the command's, the control socket, and what is given to `supervise` alone. */
  readonly slots: readonly StdioItem[]
  /** How many of them are the command's. The control socket comes next. */
  readonly granted: number
  readonly namespaces: Backend['namespaces']
  readonly options: Pick<SpawnOptions, 'signal' | 'killSignal' | 'timeout' | 'detached'>
}

/**
 * Starts `supervise`: by the broker where there is one and it can do exactly the same, else by Node. What is returned waits until it is there,
 * and is to be called once: the caller has something to do while a broker starts it.
 */
export function startSupervise(start: SuperviseStart): () => ChildProcess {
  const slots = brokerSlots(start)
  const answer = slots && startByBroker(start, superviseArgs(start), slots)
  if (answer !== undefined) return () => answer() ?? startByNode(start)
  const child = startByNode(start)
  return () => child
}

function superviseArgs({ granted, namespaces }: SuperviseStart): string[] {
  const expected = expectation(namespaces)
  const numbers = [granted, granted, process.pid].map(String)
  return ['supervise', ...numbers, ...(expected === 0 ? [] : ['-', String(expected)])]
}

function startByNode(start: SuperviseStart): ChildProcess {
  const { program, slots, options } = start
  return spawn(program, superviseArgs(start), { ...options, stdio: [...slots], cwd: '/', env: {} })
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
