import { createHash } from 'node:crypto'
import { Agent, request, type IncomingMessage } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { ask, MIB, startAnswering, startOrigin } from './origins.ts'
import { client, startProxy, startServer } from './servers.ts'

test('10 MiB pass in both directions unchanged', async () => {
  const origin = await startOrigin((incoming, response) => void incoming.pipe(response))
  const { port } = await startProxy()
  const body = Buffer.alloc(10 * MIB, 'abcdefg')
  const back = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = request({
      port,
      host: '127.0.0.1',
      method: 'POST',
      path: `http://localhost:${origin}/`,
      agent: new Agent(),
    })
    outgoing.on('response', resolve)
    outgoing.on('error', reject)
    outgoing.end(body)
  })
  const hash = createHash('sha256')
  for await (const chunk of back) hash.update(chunk as Buffer)
  expect(hash.digest('hex')).toBe(createHash('sha256').update(body).digest('hex'))
})

test('a server that answers before it has the body, and hangs up, is heard', async () => {
  const origin = await startServer((socket) => {
    socket.once('data', () => socket.end('HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n'))
  })
  const { port } = await startProxy()
  const one = client(
    port,
    `PUT http://localhost:${origin}/ HTTP/1.1\r\nHost: x\r\nContent-Length: ${MIB}\r\n\r\n`,
  )
  await one.has('HTTP/1.1 413 Content Too Large\r\n')
  one.socket.write(Buffer.alloc(MIB))
  one.socket.write('GET http://other.example/ HTTP/1.1\r\nHost: x\r\n\r\n')
  await one.has('HTTP/1.1 403 Forbidden\r\n')
})

test('a client that hangs up takes the connection to the server with it', async () => {
  let closed: () => void = () => undefined
  const isClosed = new Promise<void>((resolve) => (closed = resolve))
  const origin = await startServer((socket) => socket.on('end', closed).resume())
  const { port, decisions } = await startProxy()
  const one = client(port, `GET http://localhost:${origin}/ HTTP/1.1\r\nHost: x\r\n\r\n`)
  await expect.poll(() => decisions).toHaveLength(1)
  one.socket.destroy()
  await isClosed
})

test('requests that are sent ahead are passed on one after the other', async () => {
  const heard: (string | undefined)[] = []
  const answers: (() => void)[] = []
  const origin = await startOrigin(({ url }, response) => {
    heard.push(url)
    answers.push(() => void response.end(url))
  })
  const { port, decisions } = await startProxy()
  const ahead = ['/1', '/2', '/3'].map(
    (path) => `GET http://localhost:${origin}${path} HTTP/1.1\r\nHost: x\r\n\r\n`,
  )
  const one = client(port, ahead.join(''))
  for (const path of ['/1', '/2', '/3']) {
    // oxlint-disable-next-line no-await-in-loop
    await expect.poll(() => heard.at(-1)).toBe(path)
    expect(decisions).toHaveLength(heard.length)
    answers.at(-1)?.()
    // oxlint-disable-next-line no-await-in-loop
    await one.has(path)
  }
})

test('what is malformed behind a request is not answered before that request', async () => {
  let answer: () => void = () => undefined
  const origin = await startOrigin((_request, response) => (answer = () => void response.end('late')))
  const { port, decisions } = await startProxy()
  const one = client(port, `GET http://localhost:${origin}/ HTTP/1.1\r\nHost: x\r\n\r\n`)
  await expect.poll(() => decisions).toHaveLength(1)
  one.socket.write('nonsense\r\n\r\n')
  expect(await one.ended).toBe('ECONNRESET')
  answer()
  expect({ received: one.received(), decisions }).toMatchObject({
    received: '',
    decisions: [{ status: 'allowed' }, { reason: 'invalid-request' }],
  })
})

test('many requests on one connection leave nothing behind', async () => {
  const origin = await startAnswering('HTTP/1.1 204 No Content\r\n\r\n')
  const warnings: Error[] = []
  const note = (warning: Error): number => warnings.push(warning)
  process.on('warning', note)
  onTestFinished(() => void process.off('warning', note))
  const { port } = await startProxy()
  const start = `GET http://localhost:${origin}/ HTTP/1.1\r\nHost: x\r\n`
  const reply = await ask(port, `${`${start}\r\n`.repeat(50)}${start}Connection: close\r\n\r\n`)
  expect(reply.match(/HTTP\/1.1 204 /g)).toHaveLength(51)
  expect(warnings).toEqual([])
})
