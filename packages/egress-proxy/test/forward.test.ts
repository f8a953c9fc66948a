import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { client, listen, startProxy, startServer } from './servers.ts'
import { startOrigin, startAnswering, ask } from './origins.ts'

test('a request is passed on with all its headers but those for the proxy, and with the host of its target', async () => {
  const heard: unknown[] = []
  const origin = await startOrigin(({ method, url, rawHeaders }, response) => {
    heard.push({ method, url, rawHeaders })
    response.end()
  })
  const { port } = await startProxy()
  await ask(
    port,
    [
      `GET http://LOCALHOST.:${origin}/a%2Fb/../c?d=%00&e HTTP/1.1`,
      'Host: other.example',
      'X-First: 1',
      'x-again: 1',
      'X-Again: 2',
      'Proxy-Authorization: Basic c2VjcmV0',
      'Proxy-Connection: keep-alive',
      'Keep-Alive: timeout=5',
      'TE: trailers',
      'Upgrade: h2c',
      'Connection: close, X-Hop',
      'Connection: Authorization',
      'X-Hop: 1',
      'Authorization: Bearer 1',
      'Cookie: a=1',
      '\r\n',
    ].join('\r\n'),
  )
  expect(heard).toEqual([
    {
      method: 'GET',
      url: '/a%2Fb/../c?d=%00&e',
      rawHeaders: [
        ...['Host', `localhost:${origin}`, 'X-First', '1', 'x-again', '1', 'X-Again', '2', 'Cookie', 'a=1'],
        ...['Connection', 'close'],
      ],
    },
  ])
})

test('an answer is passed on with all its headers but those for the proxy', async () => {
  const origin = await startAnswering(
    [
      'HTTP/1.1 299 Well Then',
      'Set-Cookie: a=1',
      'Set-Cookie: b=2',
      'X-Proxy-Error: blocked-by-allowlist',
      'Proxy-Authenticate: Basic',
      'Connection: X-Hop, Content-Length',
      'X-Hop: 1',
      'Content-Length: 2',
      '\r\nok',
    ].join('\r\n'),
  )
  const { port } = await startProxy()
  expect(
    await ask(port, `GET http://localhost:${origin} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`),
  ).toBe(
    'HTTP/1.1 299 Well Then\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok',
  )
})

test.each([
  { method: 'HEAD', answer: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n' },
  { method: 'HEAD', answer: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n' },
  { method: 'GET', answer: 'HTTP/1.1 204 No Content\r\n\r\n' },
  { method: 'GET', answer: 'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n' },
])('$method answered by $answer has no body, and the connection goes on', async ({ method, answer }) => {
  const origin = await startAnswering(answer)
  const { port } = await startProxy()
  const text = `${method} http://localhost:${origin}/ HTTP/1.1\r\nHost: x\r\n`
  const replies = await ask(port, `${text}\r\n${text}Connection: close\r\n\r\n`)
  expect(replies.split(answer.slice(0, answer.indexOf('\r\n')))).toHaveLength(3)
})

test('trailers pass in both directions, without those that would frame or authenticate', async () => {
  const heard: unknown[] = []
  const origin = await startOrigin((incoming, response) => {
    incoming.resume()
    incoming.on('end', () => {
      heard.push(incoming.rawTrailers)
      response.writeHead(200, { Trailer: 'X-Sum' })
      response.write('body')
      response.addTrailers([
        ['X-Sum', '7'],
        ['Proxy-Authenticate', 'Basic'],
      ])
      response.end()
    })
  })
  const { port } = await startProxy()
  const reply = await ask(
    port,
    `PUT http://localhost:${origin}/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTrailer: X-In\r\n` +
      'Transfer-Encoding: Chunked\r\n\r\n1;e=1\r\na\r\n0\r\nX-In: 8\r\nHost: other\r\nAuthorization: 1\r\n\r\n',
  )
  expect(heard).toEqual([['X-In', '8']])
  expect(reply).toMatch(/\r\nTrailer: X-Sum\r\n[^]*\r\n4\r\nbody\r\n0\r\nX-Sum: 7\r\n\r\n$/)
})

test('a client that waits for 100 Continue hears it from the server, and then its body is passed on', async () => {
  const server = createServer()
  server.on('checkContinue', (incoming, response) => {
    response.writeContinue()
    incoming.on('data', (data: Buffer) => response.end(`got ${data.toString()}`))
  })
  const origin = await listen(server)
  const { port } = await startProxy()
  const one = client(
    port,
    `PUT http://localhost:${origin}/ HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n`,
  )
  await one.has('HTTP/1.1 100 Continue\r\n\r\n')
  one.socket.write('body')
  await one.has('got body')
})

test('a client that waits for 100 Continue and is refused cannot go on with what would be a body or a request', async () => {
  const { port, decisions } = await startProxy()
  const reply = await ask(
    port,
    'PUT http://other.example/ HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n',
  )
  expect(reply).toMatch(/^HTTP\/1.1 403 Forbidden\r\n[^]*\r\nConnection: close\r\n/)
  expect(decisions).toHaveLength(1)
})

test('what is refused is answered with the reason in a header, and all that is known in JSON; the connection goes on', async () => {
  const rules = { allow: ['**.example'], deny: ['*.bad.example'] }
  const { port, decisions } = await startProxy({ rules })
  const one = client(port, 'GET http://A.BAD.example:81/secret?key HTTP/1.1\r\nHost: x\r\n\r\n')
  await one.has('}\n')
  const [head = '', body = ''] = one.received().split('\r\n\r\n')
  expect(head).toMatch(/^HTTP\/1.1 403 Forbidden\r\n[^]*\r\nX-Proxy-Error: blocked-by-denylist\r\n/)
  expect(head).toContain('\r\nConnection: keep-alive')
  const facts = {
    host: 'a.bad.example',
    port: 81,
    protocol: 'http',
    rule: '*.bad.example',
    reason: 'blocked-by-denylist',
    message: 'a.bad.example:81 is blocked by the rule "*.bad.example", which denies it',
  }
  expect(JSON.parse(body)).toEqual({ status: 'blocked', ...facts })
  expect(decisions).toEqual([{ time: expect.any(String), method: 'GET', status: 'blocked', ...facts }])
})

test('what is allowed is reported with the rule and the address', async () => {
  const origin = await startAnswering('HTTP/1.1 204 No Content\r\n\r\n')
  const { port, decisions } = await startProxy()
  await ask(port, `GET http://localhost:${origin}/ HTTP/1.0\r\n\r\n`)
  expect(decisions).toEqual([
    {
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      status: 'allowed',
      protocol: 'http',
      method: 'GET',
      host: 'localhost',
      port: origin,
      address: '127.0.0.1',
      rule: 'localhost',
    },
  ])
})

test.each([
  { answer: '', why: 'nothing' },
  { answer: 'hello\r\n', why: 'no HTTP' },
  {
    answer: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    why: 'two lengths',
  },
  {
    answer: 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n',
    why: 'a change nobody asked for',
  },
  { answer: `HTTP/1.1 200 OK\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`, why: 'a huge header' },
])('a server that answers $why gives 502', async ({ answer }) => {
  const origin = await startAnswering(answer)
  const { port } = await startProxy()
  const reply = await ask(
    port,
    `GET http://localhost:${origin}/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
  )
  expect(reply).toMatch(
    /^HTTP\/1.1 502 Bad Gateway\r\n[^]*X-Proxy-Error: upstream-failed\r\n[^]*"status":"failed"/,
  )
})

test('a server that is silent gives 504', async () => {
  const origin = await startServer(() => undefined)
  const { port } = await startProxy({ limits: { idleMs: 50 } })
  const reply = await ask(
    port,
    `GET http://localhost:${origin}/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
  )
  expect(reply).toMatch(/^HTTP\/1.1 504 Gateway Timeout\r\n[^]*X-Proxy-Error: upstream-timeout\r\n/)
})

test.each([
  {
    resolve: () => Promise.reject(new Error('no')),
    reason: 'resolve-failed',
    why: 'the name does not exist',
  },
  {
    resolve: () => new Promise<string[]>(() => undefined),
    reason: 'resolve-failed',
    why: 'the resolver is silent',
  },
  { resolve: () => Promise.resolve(['127.0.0.1']), reason: 'connect-failed', why: 'nobody listens' },
])('$reason gives 502: $why', async ({ resolve, reason }) => {
  const { port, decisions } = await startProxy({ resolve, limits: { connectMs: 100 } })
  const reply = await ask(port, 'GET http://localhost:1/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  expect(reply).toMatch(new RegExp(`^HTTP/1.1 502 Bad Gateway\r\n[^]*X-Proxy-Error: ${reason}\r\n`))
  expect(decisions).toMatchObject([{ status: 'failed', reason, rule: 'localhost' }])
})

test.each([
  { framing: 'Content-Length: 10', first: 'half', last: '', why: 'a length' },
  { framing: 'Transfer-Encoding: chunked', first: '4\r\nhalf\r\n', last: '', why: 'chunks' },
  {
    framing: 'Transfer-Encoding: chunked',
    first: '4\r\nhalf\r\n',
    last: 'x\r\n',
    why: 'chunks that are none',
  },
])('an answer with $why that is cut off ends in a reset', async ({ framing, first, last }) => {
  let finish: () => void = () => undefined
  const origin = await startServer((socket) => {
    finish = () => void socket.end(last)
    socket.once('data', () => socket.write(`HTTP/1.1 200 OK\r\n${framing}\r\n\r\n${first}`))
  })
  const { port } = await startProxy()
  // To a client of HTTP/1.0, an end is how an answer of unknown length ends.
  const one = client(port, `GET http://localhost:${origin}/ HTTP/1.0\r\n\r\n`)
  // A client of Node that gets data and a reset at once takes it for an end.
  await one.has('half')
  finish()
  expect(await one.ended).toBe('ECONNRESET')
})
