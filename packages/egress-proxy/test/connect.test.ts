import { spawn } from 'node:child_process'
import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { parseAddress } from '../src/address.ts'
import { parseHost } from '../src/host.ts'
import { connectToAny } from '../src/connect.ts'
import { addressesOf } from '../src/resolve.ts'
import { client, startProxy, startServer } from './servers.ts'

const LOOPBACK = parseAddress('127.0.0.1')!
/** Nothing listens there: startServer is at 127.0.0.1. */
const OTHER_LOOPBACK = parseAddress('127.0.0.2')!

test('no more than eight addresses are tried, and the ones that are none are left out', async () => {
  const texts = Array.from({ length: 20 }, (_, index) => `10.0.0.${index}`)
  const resolve = (): Promise<string[]> => Promise.resolve(['no address', ...texts])
  const addresses = await addressesOf(parseHost('a.example')!, { resolve, timeoutMs: 1000 })
  expect(addresses.map(String)).toEqual(texts.slice(0, 8))
})

test('the first address that takes the connection is used', async () => {
  const port = await startServer(() => undefined)
  const { signal } = new AbortController()
  const { socket, address } = await connectToAny([OTHER_LOOPBACK, LOOPBACK], {
    port,
    timeoutMs: 5000,
    signal,
  })
  onTestFinished(() => void socket.destroy())
  expect(address).toBe(LOOPBACK)
})

/** The port of a program that listens and is stopped, and whose queue is full: who connects there waits. */
async function startSilent(): Promise<{ silent: number; goOn: () => void }> {
  const program = `
    const server = require('node:net').createServer()
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      process.stdout.write(server.address().port + '\\n', () => process.kill(process.pid, 'SIGSTOP'))
    })`
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const port = Number(await new Promise((resolve) => child.stdout.once('data', resolve)))
  const queue: Socket[] = []
  onTestFinished(() => queue.forEach((socket) => socket.destroy()))
  for (let count = 0; count < MORE_THAN_THE_QUEUE; count += 1)
    queue.push(connect(port, '127.0.0.1').on('error', () => undefined))
  await expect.poll(() => queue.filter((socket) => !socket.connecting).length).toBeGreaterThan(0)
  return { silent: port, goOn: () => void child.kill('SIGCONT') }
}

const MORE_THAN_THE_QUEUE = 8

test('a server that does not answer gives 504', async () => {
  const { silent } = await startSilent()
  const { port, decisions } = await startProxy({ limits: { connectMs: 200 } })
  const one = client(port, `CONNECT localhost:${silent} HTTP/1.1\r\nHost: x\r\n\r\n`)
  await one.has('X-Proxy-Error: connect-timeout')
  expect(one.received()).toMatch(/^HTTP\/1.1 504 Gateway Timeout\r\n/)
  expect(decisions).toMatchObject([{ status: 'failed', reason: 'connect-timeout' }])
})

test('a client that hangs up while the proxy connects ends the attempt', async () => {
  const { silent } = await startSilent()
  let isAsked: () => void = () => undefined
  const asked = new Promise<void>((resolve) => (isAsked = resolve))
  const { port, decisions } = await startProxy({
    resolve: () => Promise.resolve(['127.0.0.1']).finally(isAsked),
    limits: { connectMs: 600_000 },
  })
  const one = client(port, `GET http://localhost:${silent}/ HTTP/1.1\r\nHost: x\r\n\r\n`)
  await asked
  one.socket.destroy()
  await expect.poll(() => decisions).toMatchObject([{ status: 'failed', reason: 'connect-failed' }])
})

test('rules that change while the proxy connects decide', { timeout: 30_000 }, async () => {
  const { silent, goOn } = await startSilent()
  let isAsked: () => void = () => undefined
  const asked = new Promise<void>((resolve) => (isAsked = resolve))
  const resolve = (): Promise<string[]> => Promise.resolve(['127.0.0.1']).finally(isAsked)
  const { proxy, port, decisions } = await startProxy({ resolve, limits: { connectMs: 20_000 } })
  const one = client(port, `CONNECT localhost:${silent} HTTP/1.1\r\nHost: x\r\n\r\n`)
  await asked
  await new Promise((done) => setImmediate(done))
  proxy.rules = { allow: ['localhost'], deny: ['127.0.0.0/8'] }
  goOn()
  await one.has('X-Proxy-Error: blocked-by-denylist')
  expect(decisions).toMatchObject([{ status: 'blocked', rule: '127.0.0.0/8' }])
})
