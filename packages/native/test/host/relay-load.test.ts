import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { relayOf, statusNumber, ticksOf, wholeOf, inside, routed } from './endpoints.js'
import { reasonToSkip } from './host.js'
import { becomes } from './processes.js'
import { requestFor, start } from './run.js'
import { program, IDLE_TICKS, idleTicks, startInside, open } from './relay-scene.js'
import { describe, expect, test } from 'vitest'

const GIB = 1024 ** 3
/** How much is copied and compared. */
const SIZE = Number(process.env['RELAY_GIB'] ?? 1) * GIB

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
