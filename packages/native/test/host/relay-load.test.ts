import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { ListenOptions, Socket } from 'node:net'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import {
  inside,
  openEndpoint,
  relayOf,
  routed,
  statusNumber,
  ticksOf,
  wholeOf,
  type Endpoint,
} from './endpoints.js'
import { openWorkshop, reasonToSkip } from './host.js'
import { becomes } from './processes.js'
import { requestFor, start, type Run } from './run.js'

const workshop = openWorkshop()
afterAll(workshop.remove)
const { program, directory } = workshop

const GIB = 1024 ** 3
/** How much is copied and compared. */
const SIZE = Number(process.env['RELAY_GIB'] ?? 1) * GIB
/** How many clock ticks a process takes that has nothing to do, at most. */
const IDLE_TICKS = 5

const opened: Endpoint[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ close }) => close()))
})

async function open(onConnection: (socket: Socket) => void, where?: ListenOptions): Promise<Endpoint> {
  const endpoint = await openEndpoint(onConnection, where)
  opened.push(endpoint)
  return endpoint
}

function startInside(script: string, { route }: Endpoint, prefix?: readonly string[]): Run {
  const pieces = [requestFor(inside(script), routed([route]))]
  return start(
    prefix === undefined ? { program, pieces } : { program: prefix[0]!, prefix: prefix.slice(1), pieces },
  )
}

/** What the relay has taken of the processor while nothing happened. */
async function idleTicks(relay: number): Promise<number> {
  const before = ticksOf(relay)
  await setTimeout(300)
  return ticksOf(relay) - before
}

/** Opens \`count\` connections, of which each says a line and waits for its echo, and holds them until it is told. */
const CROWD = (count: number): string => `
  const sockets = Array.from({ length: ${count} }, () => connect())
  const answers = sockets.map((socket, index) => {
    socket.write('number ' + index + '\\n')
    return once(socket, 'data').then(([bytes]) => String(bytes) === 'number ' + index + '\\n')
  })
  console.log((await Promise.all(answers)).filter(Boolean).length + ' answered')
  await line()
  await Promise.all(sockets.map((socket) => { socket.end(); return whole(socket) }))
  console.log('all over')
  await line()`

describe.skipIf(reasonToSkip())('many connections', () => {
  test.each([
    { kind: 'TCP', where: { host: '127.0.0.1' } },
    { kind: 'Unix, with a short queue', where: { path: join(directory, 'crowd'), backlog: 5 } },
  ])('1000 at once: $kind', async ({ where }) => {
    const endpoint = await open((socket) => socket.pipe(socket), where)
    const started = startInside(CROWD(1000), endpoint)
    await started.said('1000 answered')
    const relay = relayOf(started)!
    expect(endpoint.sockets.length).toBe(1000)
    expect(await idleTicks(relay)).toBeLessThan(IDLE_TICKS)
    started.stdin.write('\n')
    await started.said('all over')
    expect(
      await becomes(() => statusNumber(relay, 'FDSize') > 0 && endpoint.sockets.every((one) => one.closed)),
    ).toBe(true)
    started.stdin.end('\n')
    expect(await started.done).toMatchObject({ exitCode: 0 })
  })

  test('more than there are descriptors for wait until others have ended', async () => {
    const endpoint = await open((socket) => socket.pipe(socket))
    const started = startInside(WAITING, endpoint, [
      '/bin/sh',
      '-c',
      'ulimit -n 100; exec "$0" "$@"',
      program,
    ])
    await started.said('some answered')
    const relay = relayOf(started)!
    expect(await becomes(() => endpoint.sockets.length >= 40)).toBe(true)
    expect(await idleTicks(relay)).toBeLessThan(IDLE_TICKS)
    expect(endpoint.sockets.length).toBeLessThan(50)
    started.stdin.write('\n')
    await started.said('all answered')
    started.stdin.write('\n')
    await started.said('late answered')
    started.stdin.end('\n')
    expect(await started.done).toMatchObject({ exitCode: 0 })
  })

  test('a relay that may open nothing more waits, and goes on when it may', async () => {
    const endpoint = await open((socket) => socket.pipe(socket))
    const started = startInside(WAITING, endpoint)
    await started.said('some answered')
    const relay = relayOf(started)!
    started.stdin.write('\n')
    await started.said('all answered')
    const limit = (count: number) =>
      spawnSync('prlimit', ['--pid', String(relay), `--nofile=${count}:`], { encoding: 'utf8' })
    expect(limit(7)).toMatchObject({ status: 0, stderr: '' })
    const before = endpoint.sockets.length
    started.stdin.write('\n')
    await started.said('asked')
    expect(await idleTicks(relay)).toBeLessThan(IDLE_TICKS)
    expect(endpoint.sockets.length).toBe(before)
    expect(limit(1024)).toMatchObject({ status: 0 })
    await started.said('late answered')
    started.stdin.end('\n')
    expect(await started.done).toMatchObject({ exitCode: 0 })
  })
})

/** 60 connections, of which each ends when it is answered and some line has come; then one more. */
const WAITING = `
  let answered = 0
  const released = line()
  const all = Array.from({ length: 60 }, async () => {
    const socket = connect()
    socket.write('x')
    await once(socket, 'data')
    if (++answered === 5) console.log('some answered')
    await released
    socket.end()
    await whole(socket)
  })
  await Promise.all(all)
  console.log('all answered')
  await line()
  const late = connect()
  late.write('late')
  console.log('asked')
  await once(late, 'data')
  console.log('late answered')
  await line()`

/** A server that reads nothing and writes all it can. With something unread, its end is a reset. */
const FLOODING = `
const server = require('node:net').createServer({ pauseOnConnect: true }, (socket) => {
  const fill = () => { while (socket.write(Buffer.alloc(1 << 16))); }
  socket.on('drain', fill)
  fill()
}).listen(0, '127.0.0.1', () => console.log(server.address().port))`

describe.skipIf(reasonToSkip())('much', () => {
  test(
    `${SIZE / GIB} GiB there and back at the same time arrive unharmed`,
    async () => {
      const endpoint = await open((socket) => {
        const heard = createHash('sha256')
        socket.on('data', (bytes: Buffer) => {
          heard.update(bytes)
          if (!socket.write(bytes)) socket.pause()
        })
        socket.on('drain', () => socket.resume())
        socket.on('end', () => socket.end(heard.digest()))
      })
      const script = `
        const { createHash, randomBytes } = require('node:crypto')
        const [said, heard] = [createHash('sha256'), createHash('sha256')]
        const block = randomBytes(1 << 20)
        const socket = connect()
        let length = 0, tail = Buffer.alloc(0)
        socket.on('data', (bytes) => {
          length += bytes.length
          const all = Buffer.concat([tail, bytes])
          tail = Buffer.from(all.subarray(Math.max(0, all.length - 32)))
          heard.update(all.subarray(0, Math.max(0, all.length - 32)))
        })
        for (let at = 0; at < ${SIZE}; at += block.length) {
          block.writeBigUInt64LE(BigInt(at), at / block.length % 1000 * 8)
          said.update(block)
          if (!socket.write(Buffer.from(block))) await once(socket, 'drain')
        }
        socket.end()
        await once(socket, 'end')
        const digest = said.digest()
        console.log(length, digest.equals(tail), digest.equals(heard.digest()))`
      const started = startInside(script, endpoint)
      started.stdin.end()
      const outcome = await started.done
      expect(outcome.stderr.toString()).toBe('')
      expect(outcome.stdout.toString()).toBe(`${SIZE + 32} true true\n`)
    },
    (SIZE / GIB) * 120_000,
  )

  test('a reader that stalls stops the writer, in little memory and without work', async () => {
    let written = 0
    const endpoint = await open((socket) => {
      const fill = () => {
        while (written < 4 * GIB && socket.write(Buffer.alloc(1 << 16, 'x'))) written += 1 << 16
      }
      socket.on('drain', fill)
      fill()
    })
    const count = 50
    const script = `
      const sockets = Array.from({ length: ${count} }, () => connect().pause())
      await Promise.all(sockets.map((socket) => once(socket, 'connect')))
      console.log('stalled')
      await line()
      let total = 0
      await Promise.all(sockets.map(async (socket) => {
        socket.resume()
        for (let length = 0; length < 25_000_000; ) {
          const [bytes] = await once(socket, 'data')
          length += bytes.length
          total += bytes.length
        }
        socket.destroy()
      }))
      console.log(total >= ${count} * 25_000_000 ? 'read' : 'missing')
      await line()`
    const started = startInside(script, endpoint)
    await started.said('stalled')
    const relay = relayOf(started)!
    expect(await becomes(() => endpoint.sockets.length === count)).toBe(true)
    await stops(() => written)
    expect(written).toBeGreaterThan(count * 100_000)
    expect(written).toBeLessThan(4 * GIB)
    expect(await idleTicks(relay)).toBeLessThan(IDLE_TICKS)
    const stalled = statusNumber(relay, 'VmRSS')
    // 64 KiB for each, and what the program takes itself.
    expect(stalled).toBeLessThan(count * 64 + 4096)
    started.stdin.write('\n')
    await started.said('read')
    expect(statusNumber(relay, 'VmHWM')).toBeLessThan(count * 64 + 4096)
    started.stdin.end('\n')
    await started.done
  }, 60_000)

  test('an endpoint that stalls stops the client, and hears all of it later', async () => {
    const lengths: number[] = []
    const endpoint = await open((socket) => {
      void setTimeout(300).then(async () => lengths.push((await wholeOf(socket)).length))
    })
    const script = `
      const socket = connect()
      socket.end(Buffer.alloc(50_000_000))
      await once(socket, 'finish')`
    const started = startInside(script, endpoint)
    started.stdin.end()
    await started.done
    expect(await becomes(() => lengths.length === 1)).toBe(true)
    expect(lengths).toEqual([50_000_000])
  })

  test('a reset that cannot be passed on yet takes no work', async () => {
    const server = spawn(process.execPath, ['-e', FLOODING], { stdio: ['ignore', 'pipe', 'inherit'] })
    const port = Number(String((await once(server.stdout, 'data'))[0]))
    const route = { kind: 'tcp', address: '127.0.0.1', port } as const
    const script = `
      const socket = connect().pause()
      socket.write('which nobody reads')
      await once(socket, 'connect')
      console.log('stalled')
      await line()
      await whole(socket.resume()).catch(() => {}) // Node takes a reset for an end if data came with it
      console.log('over')
      await line()`
    const started = start({ program, pieces: [requestFor(inside(script), routed([route]))] })
    await started.said('stalled')
    const relay = relayOf(started)!
    await stops(() => ticksOf(relay) + ticksOf(server.pid!))
    server.kill('SIGKILL')
    await once(server, 'exit')
    expect(await idleTicks(relay)).toBeLessThan(IDLE_TICKS)
    started.stdin.write('\n')
    await started.said('over')
    started.stdin.end('\n')
    expect(await started.done).toMatchObject({ exitCode: 0 })
  })

  test('memory that was needed is given back', async () => {
    const endpoint = await open((socket) => {
      socket.write(Buffer.alloc(8_000_000))
      socket.on('end', () => socket.end()).resume()
    })
    const count = 400
    const script = `
      const sockets = Array.from({ length: ${count} }, () => connect().pause())
      console.log('stalled')
      await line()
      await Promise.all(sockets.map(async (socket) => { socket.resume().end(); await socket.over }))
      console.log('over')
      await line()`
    const started = startInside(script, endpoint)
    await started.said('stalled')
    const relay = relayOf(started)!
    const needed = count * 25
    expect(await becomes(() => statusNumber(relay, 'VmRSS') > needed)).toBe(true)
    started.stdin.write('\n')
    await started.said('over')
    expect(await becomes(() => statusNumber(relay, 'VmRSS') < 64 * 64 + 3000)).toBe(true)
    started.stdin.end('\n')
    await started.done
  }, 60_000)
})

/** Waits until a number stays what it is. */
async function stops(read: () => number): Promise<void> {
  for (let before = -1; before !== read();) {
    before = read()
    await setTimeout(300)
  }
}
