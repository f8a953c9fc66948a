import { afterAll, describe, expect, test } from 'vitest'
import { encodeBrokerSignal, encodeBrokerSpawn, GRANTED_DESCRIPTORS_MAX } from '../../src/index.js'
import { startBroker } from './broker.js'
import { openWorkshop } from './host.js'
import { random } from './random.js'

const workshop = openWorkshop()
afterAll(workshop.remove)

const SETUP = 125
const SPAWN = encodeBrokerSpawn({ child: 1, slots: ['socket', 'socket', 'socket'], detached: false })
const SIGNAL = encodeBrokerSignal(1, 0)

function withWord(request: Uint8Array, at: number, value: number): Uint8Array {
  const copy = request.slice()
  new DataView(copy.buffer).setUint32(at, value, true)
  return copy
}

function withByte(request: Uint8Array, at: number, value: number): Uint8Array {
  const copy = request.slice()
  copy[at] = value
  return copy
}

/** Whether the broker answered, and its status if it has ended. */
async function outcomeOf(
  request: Uint8Array,
  connections: number,
): Promise<{ errno?: number | undefined; status?: number | null; events: number }> {
  const broker = await startBroker(workshop.program)
  const sockets = broker.connect(connections)
  const reply = broker.ask(request)
  const events = broker.events.length
  const status = reply === undefined ? { status: await broker.ended } : {}
  await broker.end()
  sockets.forEach((socket) => socket.destroy())
  return { errno: reply?.errno, ...status, events }
}

describe('a malformed request ends the broker, and nothing is started', () => {
  test.each([
    { why: 'no kind', request: withWord(SPAWN, 0, 0) },
    { why: 'an unknown kind', request: withWord(SPAWN, 0, 3) },
    { why: 'an unknown wish', request: withWord(SPAWN, 8, 2) },
    { why: 'less than the three streams', request: withWord(SPAWN, 12, 2) },
    { why: 'more slots than there can be', request: withWord(SPAWN, 12, GRANTED_DESCRIPTORS_MAX + 1) },
    { why: 'as many as a number can say', request: withWord(SPAWN, 12, 0xffff_ffff) },
    { why: 'an unknown slot', request: withByte(SPAWN, 20, 2) },
    { why: 'a slot behind the last', request: withByte(SPAWN, 23, 1) },
    { why: 'a byte of padding', request: withByte(SPAWN, SPAWN.length - 1, 1) },
    { why: 'more connections than slots', request: SPAWN, connections: 5 },
    { why: 'a part of a request', request: SPAWN.subarray(0, 100) },
    { why: 'a signal that does not exist', request: withWord(SIGNAL, 8, 65) },
    { why: 'an expectation of nothing that is known', request: withWord(SPAWN, 16, 64) },
    { why: 'expected namespaces of nothing', request: withWord(SPAWN, 16, 1) },
    { why: 'a signal with an expectation', request: withWord(SIGNAL, 16, 32) },
    { why: 'a signal with slots', request: withWord(SIGNAL, 12, 3) },
    { why: 'a signal with a slot', request: withByte(SIGNAL, 20, 1) },
  ])('$why', async ({ request, connections = 4 }) => {
    expect(await outcomeOf(request, connections)).toEqual({ errno: undefined, status: SETUP, events: 0 })
  })

  test('but not one that says the same without the mistake', async () => {
    expect(await outcomeOf(SPAWN, 4)).toEqual({ errno: 0, events: 0 })
    expect(await outcomeOf(SIGNAL, 0)).toMatchObject({ events: 0 })
  })
})

test('500 changed requests end the broker, or it does what they still say', async () => {
  const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000)
  console.log(`FUZZ_SEED=${seed}`)
  const seen = { ended: 0, answered: 0 }
  for (let run = 0; run < 500; run++) {
    const below = random(seed + run)
    const request = (below(2) === 0 ? SPAWN : SIGNAL).slice()
    // Mostly what means something: the rest has to be zero.
    for (let changes = 1 + below(3); changes > 0; changes--) {
      request[below(4) === 0 ? below(request.length) : below(20)] = below(below(2) === 0 ? 4 : 256)
    }
    const { status, events } = await outcomeOf(request, below(6))
    if (status === undefined) seen.answered++
    else {
      expect({ seed: seed + run, status, events }).toEqual({ seed: seed + run, status: SETUP, events: 0 })
      seen.ended++
    }
  }
  expect(seen.ended).toBeGreaterThan(100)
  expect(seen.answered).toBeGreaterThan(20)
}, 120_000)
