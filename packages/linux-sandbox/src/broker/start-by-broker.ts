import type { ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'
import { expectation, type BrokerSlot } from '@linux-sandbox/native'
import type { SuperviseStart } from '../start-supervise.js'
import { BrokeredChild } from './brokered-child.js'
import { limitChild } from './limit-child.js'
import { spawnByBroker } from './shared-broker.js'

/**
 * Has the broker of this process start `program` with `args`; `undefined` where Node has to do it. What is returned waits for the child, and
 * then also gives `undefined` where Node has to. It is to be called once.
 *
 * @param slots - the command's; the control socket comes behind them.
 */
export function startByBroker(
  { program, namespaces, options }: Pick<SuperviseStart, 'program' | 'namespaces' | 'options'>,
  args: readonly string[],
  slots: readonly BrokerSlot[],
): (() => ChildProcess | undefined) | undefined {
  const answer = spawnByBroker(program, {
    slots,
    detached: options.detached ?? false,
    expected: expectation(namespaces),
  })
  if (answer === undefined) return undefined
  return () => {
    const started = answer()
    if (started === undefined) return undefined
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
}

/** One for each slot, and behind them that of the control socket. */
function streamsOf(slots: readonly BrokerSlot[], sockets: readonly Socket[]): (Socket | null)[] {
  const left = [...sockets]
  return [...slots, 'socket'].map((slot) => (slot === 'socket' ? (left.shift() ?? null) : null))
}
