import { createServer, connect as connectSocket, type Socket } from 'node:net'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { get, socks, socksReply } from './messages.ts'
import { client, startProxy, startServer, watch, type Client } from './servers.ts'

const MIB = 1024 * 1024

const connectTo = (port: number): string => `CONNECT localhost:${port} HTTP/1.1\r\nHost: x\r\n\r\n`
const ESTABLISHED = 'HTTP/1.1 200 Connection established\r\n\r\n'

/** A tunnel to a server, both ends in hand. */
async function openTunnel(proxyPort: number): Promise<{ near: Client; far: Client; port: number }> {
  let accepted: (socket: Socket) => void
  const farSocket = new Promise<Socket>((resolve) => (accepted = resolve))
  const port = await startServer((socket) => accepted(socket))
  const near = client(proxyPort, connectTo(port))
  await near.has(ESTABLISHED)
  return { near, far: watch(await farSocket), port }
}

test('an end is passed on, and the other direction stays open', async () => {
  const { port } = await startProxy()
  const { near, far } = await openTunnel(port)
  near.socket.end('question')
  expect(await far.ended).toBe('end')
  expect(far.received()).toBe('question')
  far.socket.end('answer')
  expect(await near.ended).toBe('end')
  expect(near.received()).toBe(`${ESTABLISHED}answer`)
})

test('the end of the server is passed on, and the client can go on', async () => {
  const { port } = await startProxy()
  const { near, far } = await openTunnel(port)
  far.socket.end('greeting')
  expect(await near.ended).toBe('end')
  near.socket.write('late')
  await far.has('late')
})

test.each(['near', 'far'] as const)('a reset of the %s end is a reset of the other one', async (side) => {
  const { port } = await startProxy()
  const tunnel = await openTunnel(port)
  tunnel[side].socket.resetAndDestroy()
  expect(await tunnel[side === 'near' ? 'far' : 'near'].ended).toBe('ECONNRESET')
})

test('a silent tunnel is reset at both ends after its time', async () => {
  const { port } = await startProxy({ limits: { idleMs: 100 } })
  const { near, far } = await openTunnel(port)
  expect([await near.ended, await far.ended]).toEqual(['ECONNRESET', 'ECONNRESET'])
})

test('a server that does not read stops the client, and gets everything when it reads', async () => {
  const { port } = await startProxy()
  let accepted: (socket: Socket) => void
  const farSocket = new Promise<Socket>((resolve) => (accepted = resolve))
  const origin = await startServer((socket) => accepted(socket.pause()))
  const near = client(port, connectTo(origin))
  await near.has(ESTABLISHED)
  const total = 64 * MIB
  near.socket.write(Buffer.alloc(total))
  const far = await farSocket
  await expect.poll(() => isStalled(near.socket), { interval: 200, timeout: 4000 }).toBe(true)
  expect(near.socket.writableLength).toBeGreaterThan(total / 2)
  let bytes = 0
  far.on('data', (data) => (bytes += data.length))
  far.resume()
  await expect.poll(() => bytes, { timeout: 4000 }).toBe(total)
})

const lastLengths = new WeakMap<Socket, number>()

/** Whether nothing was written since it was last asked. */
function isStalled(socket: Socket): boolean {
  const before = lastLengths.get(socket)
  lastLengths.set(socket, socket.bytesWritten - socket.writableLength)
  return before === lastLengths.get(socket)
}

test('what is refused is answered over CONNECT as over HTTP, and the connection ends', async () => {
  const { port, decisions } = await startProxy()
  const one = client(port, 'CONNECT other.example:443 HTTP/1.1\r\nHost: x\r\n\r\n')
  expect(await one.ended).toBe('end')
  const [head = '', body = ''] = one.received().split('\r\n\r\n')
  expect(head).toMatch(
    /^HTTP\/1.1 403 Forbidden\r\n[^]*X-Proxy-Error: blocked-by-allowlist\r\nConnection: close$/,
  )
  const facts = {
    host: 'other.example',
    port: 443,
    protocol: 'connect',
    reason: 'blocked-by-allowlist',
    message: 'other.example:443 is blocked: no rule allows it',
  }
  expect(JSON.parse(body)).toEqual({ status: 'blocked', ...facts })
  expect(decisions).toEqual([{ time: expect.any(String), method: 'CONNECT', status: 'blocked', ...facts }])
})

test.each([
  { host: 'other.example', why: 'refused', code: 2 },
  { host: 'localhost', why: 'nobody listens', code: 5 },
  { host: 'nowhere.example', why: 'no such name', code: 4 },
])('SOCKS5 answers $code: $why', async ({ host, code }) => {
  const { port } = await startProxy({
    rules: { allow: ['localhost', 'nowhere.example'] },
    resolve: (name) =>
      name === 'localhost' ? Promise.resolve(['127.0.0.1']) : Promise.reject(new Error('no')),
  })
  const one = client(port, socks({ host, port: 1 }))
  await one.has(socksReply(code))
  expect(await one.ended).toBe('end')
})

test('new rules close the tunnels that they do not allow, and no other', async () => {
  const { proxy, port } = await startProxy()
  const [first, second] = [await openTunnel(port), await openTunnel(port)]
  proxy.rules = { allow: [`localhost:${second.port}`] }
  expect([await first.near.ended, await first.far.ended]).toEqual(['ECONNRESET', expect.any(String)])
  second.near.socket.write('still here')
  await second.far.has('still here')
  proxy.rules = { allow: ['localhost'], deny: ['127.0.0.1'] }
  expect(await second.near.ended).toBe('ECONNRESET')
})

test('new rules close an answer that is under way, and hold for the next request of a connection', async () => {
  const { proxy, port } = await startProxy()
  const origin = await startServer((socket) => {
    socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'))
  })
  const streaming = client(port, get(`http://localhost:${origin}/`))
  await streaming.has('half')
  const idle = client(port, 'GET http://other.example/ HTTP/1.1\r\nHost: x\r\n\r\n')
  await idle.has('"blocked-by-allowlist"')
  proxy.rules = { allow: ['localhost', '*'], deny: ['localhost', '*.example'] }
  expect(await streaming.ended).toBe('ECONNRESET')
  idle.socket.write('GET http://other.example/ HTTP/1.1\r\nHost: x\r\n\r\n')
  await idle.has('"blocked-by-denylist"')
})

test('rules that change while a name is resolved decide', async () => {
  let answer: (addresses: string[]) => void = () => undefined
  const { proxy, port, decisions } = await startProxy({
    resolve: () => new Promise((resolve) => (answer = resolve)),
  })
  const one = client(port, connectTo(await startServer(() => undefined)))
  await expect.poll(() => answer.length).toBe(1)
  proxy.rules = { allow: [] }
  answer(['127.0.0.1'])
  await one.has('X-Proxy-Error: blocked-by-allowlist')
  expect(decisions).toHaveLength(1)
})

test('rules that mean nothing are refused, and those before stay', async () => {
  const { proxy, port } = await startProxy()
  expect(() => (proxy.rules = { allow: ['https://x.example'] })).toThrow('"https://x.example" is a URL')
  expect(proxy.rules).toEqual({ allow: ['localhost'] })
  const { near, far } = await openTunnel(port)
  near.socket.write('still here')
  await far.has('still here')
})

test('the end of the proxy is the end of every connection', async () => {
  const { proxy, port } = await startProxy()
  const { near, far } = await openTunnel(port)
  const waiting = client(port)
  await new Promise((done) => waiting.socket.once('connect', done))
  await proxy.close()
  expect(await near.ended).toBe('ECONNRESET')
  expect(['end', 'ECONNRESET']).toContain(await far.ended)
  expect(await waiting.ended).toBe('ECONNRESET')
  expect(await client(port).ended).toBe('ECONNREFUSED')
})

test('connections of any server can be given to it, also of a Unix socket', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'egress-proxy-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const { proxy } = await startProxy()
  const server = createServer(proxy.handle)
  const path = join(directory, 'socket')
  await new Promise<void>((done) => server.listen(path, done))
  onTestFinished(() => void server.close())
  const origin = await startServer((socket) => void socket.pipe(socket))
  const near = watch(connectSocket(path), connectTo(origin))
  await near.has(ESTABLISHED)
  near.socket.end('echo')
  expect(await near.ended).toBe('end')
  expect(near.received()).toBe(`${ESTABLISHED}echo`)
  await proxy.close()
  const late = watch(connectSocket(path), connectTo(origin))
  expect(await late.ended).not.toBe('')
  expect(late.received()).toBe('')
})

test.each([
  { how: 'CONNECT', open: connectTo },
  {
    how: 'SOCKS5',
    open: (port: number) => socks({ host: 'localhost', port }).slice(0, -get('/secret').length),
  },
])('a tunnel by $how outlives the time for asking for it', async ({ open }) => {
  const { port } = await startProxy({ limits: { handshakeMs: 50 } })
  const origin = await startServer((socket) => void socket.pipe(socket))
  const near = client(port, open(origin))
  await near.has(open === connectTo ? ESTABLISHED : socksReply(0))
  await setTimeout(200)
  near.socket.write('echo')
  await near.has('echo')
})
