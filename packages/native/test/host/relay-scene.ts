import { setTimeout } from 'node:timers/promises'
import type { ListenOptions, Socket } from 'node:net'
import { afterAll, afterEach } from 'vitest'
import { inside, openEndpoint, routed, ticksOf, type Endpoint } from './endpoints.js'
import { openWorkshop } from './host.js'
import { requestFor, start, type Run } from './run.js'

const workshop = openWorkshop()
afterAll(workshop.remove)
export const { program, directory } = workshop

/** How many clock ticks a process takes that has nothing to do, at most. */
export const IDLE_TICKS = 5

const opened: Endpoint[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ close }) => close()))
})

/** An endpoint of one test. */
export async function open(onConnection: (socket: Socket) => void, where?: ListenOptions): Promise<Endpoint> {
  const endpoint = await openEndpoint(onConnection, where)
  opened.push(endpoint)
  return endpoint
}

/** Runs a script in a sandbox that is led to an endpoint. */
export function startInside(script: string, { route }: Endpoint, prefix?: readonly string[]): Run {
  const pieces = [requestFor(inside(script), routed([route]))]
  return start(
    prefix === undefined ? { program, pieces } : { program: prefix[0]!, prefix: prefix.slice(1), pieces },
  )
}

/** What the relay has taken of the processor while nothing happened. */
export async function idleTicks(relay: number): Promise<number> {
  const before = ticksOf(relay)
  await setTimeout(300)
  return ticksOf(relay) - before
}
