import { connect as connectSocket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { ALLOWED, describeAttacks, NAMES } from './attack.ts'
import { connect, get, socks } from '../messages.ts'
import { startOrigin, startProxy } from '../world.ts'

const SHORT = { handshakeMs: 150 }
/** More than the proxy waits; the server would see the end of it. */
const PAUSE = Array.from({ length: 100 }, () => '')

/** The client waits in the middle of `text`. */
function slowly(text: string): readonly string[] {
  const middle = Math.floor(text.length / 2)
  return [text.slice(0, middle), ...PAUSE, text.slice(middle)]
}

describeAttacks('slow clients', [
  {
    title: 'a header that does not end',
    limits: SHORT,
    send: (port) => slowly(get(`http://allowed.test:${port}/secret`)),
    refused: 'reset',
    twin: { why: 'more time', limits: {} },
  },
  {
    title: 'a byte now and then',
    limits: SHORT,
    send: (port) => get(`http://allowed.test:${port}/secret`).split(''),
    refused: 'reset',
    twin: { why: 'more time', limits: {} },
  },
  {
    title: 'CONNECT that does not end',
    limits: SHORT,
    send: (port) => slowly(`CONNECT allowed.test:${port} HTTP/1.1\r\nHost: x\r\n\r\n`).concat(get('/secret')),
    refused: 'reset',
    twin: { why: 'more time', limits: {} },
  },
  {
    title: 'a greeting of SOCKS that does not end',
    limits: SHORT,
    send: (port) => ['\x05', ...PAUSE, socks({ host: 'allowed.test', port }).slice(1)],
    refused: 'reset',
    twin: { why: 'more time', limits: {} },
  },
  {
    title: 'a request of SOCKS that does not end',
    limits: SHORT,
    send: (port) => slowly(socks({ host: 'allowed.test', port })).with(0, '\x05\x01\0'),
    refused: 'reset',
    twin: { why: 'all of it', send: (port) => socks({ host: 'allowed.test', port }) },
  },
  {
    title: 'nothing at all',
    limits: SHORT,
    send: (port) => ['', ...PAUSE, get(`http://allowed.test:${port}/secret`)],
    refused: 'reset',
    twin: { why: 'more time', limits: {} },
  },
  {
    title: 'nothing after the first request',
    limits: SHORT,
    send: (port) => [
      `GET http://allowed.test:${port}/first HTTP/1.1\r\nHost: x\r\n\r\n`,
      ...PAUSE,
      get(`http://allowed.test:${port}/secret`),
    ],
    refused: 'reset',
    twin: { why: 'more time', limits: {} },
  },
])

const LONG = 'x'.repeat(20_000)

describeAttacks('huge headers', [
  {
    title: 'a header',
    send: (port) => get(`http://allowed.test:${port}/secret`, `X: ${LONG}\r\n`),
    refused: 'invalid-request',
    answer: 'HTTP/1.1 431 ',
    twin: { why: 'a higher limit', limits: { headerBytes: 30_000 } },
  },
  {
    title: 'many headers',
    send: (port) => get(`http://allowed.test:${port}/secret`, 'X: y\r\n'.repeat(9000)),
    refused: 'invalid-request',
    answer: 'HTTP/1.1 431 ',
    twin: {
      why: 'fewer',
      send: (port) => get(`http://allowed.test:${port}/secret`, 'X: y\r\n'.repeat(1000)),
    },
  },
  {
    title: 'a target',
    send: (port) => get(`http://allowed.test:${port}/${LONG}/secret`),
    refused: 'invalid-request',
    answer: 'HTTP/1.1 431 ',
    twin: { why: 'a shorter one', send: (port) => get(`http://allowed.test:${port}/secret`) },
  },
  {
    title: 'a target of CONNECT',
    send: (port) => connect(`${LONG}allowed.test:${port}`),
    refused: 'invalid-request',
    answer: 'HTTP/1.1 431 ',
    twin: { why: 'a shorter one', send: (port) => connect(`allowed.test:${port}`) },
  },
  {
    title: 'a long host',
    send: (port) => get(`http://${'a.'.repeat(2000)}allowed.test:${port}/secret`),
    refused: 'invalid-request',
    twin: { why: 'a shorter one', send: (port) => get(`http://allowed.test:${port}/secret`) },
  },
])

test('a connection beyond the limit is reset, and the next one is served when there is room again', async () => {
  const origin = await startOrigin()
  const { port } = origin
  const world = await startProxy(origin, { rules: ALLOWED, names: NAMES, limits: { connections: 2 } })
  const open = [connectSocket(world.proxyPort, '127.0.0.1'), connectSocket(world.proxyPort, '127.0.0.1')]
  onTestFinished(() => open.forEach((socket) => socket.destroy()))
  await Promise.all(open.map((socket) => new Promise((done) => socket.once('connect', done))))
  expect(await world.talk([get(`http://allowed.test:${port}/secret`)], 'ORIGIN')).toBe('')
  expect(world.decisions).toMatchObject([{ status: 'blocked', reason: 'too-many-connections' }])
  open.forEach((socket) => socket.destroy())
  await expect
    .poll(() => world.talk([get(`http://allowed.test:${port}/secret`)], 'ORIGIN'))
    .toContain('ORIGIN /secret')
})
