import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { listen } from '../servers.ts'
import { ALLOWED, describeAttacks, NAMES, type Attack } from './attack.ts'
import { get } from '../messages.ts'
import { startOrigin, startProxy } from '../world.ts'

/** A request that carries another one as its body. */
function carrying(headers: string, { body = get('http://allowed.test:PORT/secret'), method = 'POST' } = {}) {
  return (port: number): string =>
    `${method} http://allowed.test:PORT/ HTTP/1.1\r\nHost: allowed.test\r\n${headers}\r\n${body}`.replaceAll(
      'PORT',
      String(port),
    )
}

const TWIN: Attack['twin'] = {
  why: 'the same as two requests',
  send: carrying('Content-Length: 0\r\n'),
}

const CHUNKED = '0\r\n\r\n'
const SECRET = get('http://allowed.test:PORT/secret')

/** The server must never see what the client did not clearly say is a request. */
const MALFORMED = [
  {
    title: 'a length and chunks',
    headers: 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n',
    body: CHUNKED + SECRET,
  },
  {
    title: 'chunks and a length',
    headers: 'Transfer-Encoding: chunked\r\nContent-Length: 5\r\n',
    body: CHUNKED + SECRET,
  },
  { title: 'two lengths', headers: 'Content-Length: 0\r\nContent-Length: 100\r\n' },
  { title: 'the same length twice', headers: 'Content-Length: 0\r\nContent-Length: 0\r\n' },
  { title: 'a list of lengths', headers: 'Content-Length: 0, 0\r\n' },
  { title: 'a signed length', headers: 'Content-Length: +0\r\n' },
  { title: 'a negative length', headers: 'Content-Length: -1\r\n' },
  { title: 'a hexadecimal length', headers: 'Content-Length: 0x0\r\n' },
  { title: 'an empty length', headers: 'Content-Length: \r\n' },
  { title: 'a length beyond 64 bits', headers: 'Content-Length: 18446744073709551616\r\n' },
  {
    title: 'an unknown coding',
    headers: 'Transfer-Encoding: xchunked\r\n',
    body: CHUNKED + SECRET,
    answer: '',
  },
  {
    title: 'chunks that are not last',
    headers: 'Transfer-Encoding: chunked, identity\r\n',
    body: CHUNKED + SECRET,
  },
  { title: 'another coding below', headers: 'Transfer-Encoding: gzip, chunked\r\n', body: CHUNKED + SECRET },
  { title: 'chunks twice', headers: 'Transfer-Encoding: chunked, chunked\r\n', body: CHUNKED + SECRET },
  {
    title: 'two headers of codings',
    headers: 'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n',
    body: CHUNKED + SECRET,
  },
  {
    title: 'a vertical tab in the coding',
    headers: 'Transfer-Encoding: \x0bchunked\r\n',
    body: CHUNKED + SECRET,
  },
  { title: 'a space before the colon', headers: 'Transfer-Encoding : chunked\r\n', body: CHUNKED + SECRET },
  { title: 'a folded header', headers: 'Transfer-Encoding:\r\n chunked\r\n', body: CHUNKED + SECRET },
  { title: 'a folded value', headers: 'X: y\r\n Transfer-Encoding: chunked\r\n', body: CHUNKED + SECRET },
  {
    title: 'a line feed as the end of a line',
    headers: 'X: y\nTransfer-Encoding: chunked\r\n',
    body: CHUNKED + SECRET,
  },
  {
    title: 'a carriage return as the end of a line',
    headers: 'X: y\rTransfer-Encoding: chunked\r\n',
    body: CHUNKED + SECRET,
  },
  { title: 'a NUL in a value', headers: 'X: y\0z\r\n' },
  { title: 'a NUL in a name', headers: 'X\0: y\r\n' },
  { title: 'a space in a name', headers: 'X Y: z\r\n' },
  { title: 'a line without a colon', headers: 'X\r\n' },
  { title: 'a line that is a colon', headers: ': X\r\n' },
  { title: 'a second Host', headers: 'Content-Length: 0\r\nHost: other.test\r\n' },
  { title: 'an empty second Host', headers: 'Content-Length: 0\r\nhost:\r\n' },
] as const

describeAttacks(
  'framing that some read otherwise',
  MALFORMED.map(({ title, headers, ...rest }) => ({
    title,
    send: carrying(headers, 'body' in rest ? { body: rest.body } : {}),
    refused: 'invalid-request',
    ...('answer' in rest ? { answer: rest.answer } : {}),
    twin: TWIN,
  })),
)

/** The request was passed on already, so both connections end. */
const MALFORMED_CHUNKS = [
  { title: 'a size with a sign', body: `+0\r\n\r\n${SECRET}` },
  { title: 'a size with 0x', body: `0x0\r\n\r\n${SECRET}` },
  { title: 'a size beyond 64 bits', body: `10000000000000000\r\n\r\n${SECRET}` },
  { title: 'a size that is a word', body: `zero\r\n\r\n${SECRET}` },
  { title: 'a line feed after the size', body: `0\n\n${SECRET}` },
  { title: 'more than the size', body: `1\r\nab\r\n0\r\n\r\n${SECRET}` },
  { title: 'a long extension', body: `0;${'x'.repeat(100_000)}\r\n\r\n${SECRET}` },
  { title: 'a line feed in an extension', body: `0;x\ny\r\n\r\n${SECRET}` },
  { title: 'a folded trailer', body: `0\r\nX: y\r\n z\r\n\r\n${SECRET}` },
  { title: 'a trailer that is long', body: `0\r\nX: ${'y'.repeat(100_000)}\r\n\r\n${SECRET}` },
]

describeAttacks(
  'chunks that some read otherwise',
  MALFORMED_CHUNKS.map(({ title, body }) => ({
    title,
    send: carrying('Transfer-Encoding: chunked\r\n', { body }),
    refused: 'reset',
    twin: {
      why: 'chunks as they must be',
      send: carrying('Transfer-Encoding: chunked\r\n', { body: `1;x=y\r\na\r\n0\r\nX: y\r\n\r\n${SECRET}` }),
    },
  })),
)

describeAttacks('lines that are no request of HTTP/1.1', [
  ...[
    { title: 'HTTP/0.9', line: 'GET http://allowed.test:PORT/secret\r\n\r\n' },
    { title: 'HTTP/2', line: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n' },
    { title: 'a version to come', line: 'GET http://allowed.test:PORT/secret HTTP/3.0\r\nHost: x\r\n\r\n' },
    { title: 'two spaces', line: 'GET  http://allowed.test:PORT/secret HTTP/1.1 x\r\nHost: x\r\n\r\n' },
    {
      title: 'a space in the target',
      line: 'GET http://allowed.test:PORT/ /secret HTTP/1.1\r\nHost: x\r\n\r\n',
    },
    {
      title: 'a NUL in the target',
      line: 'GET http://allowed.test:PORT/\0/secret HTTP/1.1\r\nHost: x\r\n\r\n',
    },
    {
      title: 'a byte beyond ASCII in the host',
      line: 'GET http://\xe4llowed.test:PORT/secret HTTP/1.1\r\nHost: x\r\n\r\n',
    },
    { title: 'an unknown method', line: 'FETCH http://allowed.test:PORT/secret HTTP/1.1\r\nHost: x\r\n\r\n' },
  ].map(({ title, line }): Attack => ({
    title,
    send: (port) => line.replaceAll('PORT', String(port)),
    refused: 'invalid-request',
    twin: {
      why: 'a request of HTTP/1.0',
      send: (port) => `GET http://allowed.test:${port}/secret HTTP/1.0\r\n\r\n`,
    },
  })),
  {
    title: 'chunks in HTTP/1.0',
    send: (port) =>
      `POST http://allowed.test:${port}/secret HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKED}`,
    refused: 'invalid-request',
    twin: {
      why: 'a length',
      send: (port) => `POST http://allowed.test:${port}/secret HTTP/1.0\r\nContent-Length: 1\r\n\r\nx`,
    },
  },
  {
    title: 'no Host',
    send: (port) => `GET http://allowed.test:${port}/secret HTTP/1.1\r\n\r\n`,
    refused: 'invalid-request',
    twin: { why: 'a Host', send: (port) => get(`http://allowed.test:${port}/secret`) },
  },
])

describeAttacks(
  'CONNECT with a body',
  ['Content-Length: 5\r\n', 'Transfer-Encoding: chunked\r\n'].map((headers) => ({
    title: headers.trim(),
    send: (port) => `CONNECT allowed.test:${port} HTTP/1.1\r\nHost: x\r\n${headers}\r\n${get('/secret')}`,
    refused: 'invalid-request',
    twin: {
      why: 'no body',
      send: (port) =>
        `CONNECT allowed.test:${port} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n${get('/secret')}`,
    },
  })),
)

test('a length is passed on as one number', async () => {
  const lengths: unknown[] = []
  const origin = createServer(({ rawHeaders }, response) =>
    response.end(void lengths.push(rawHeaders.slice(2))),
  )
  const port = await listen(origin)
  const world = await startProxy({ seen: () => Promise.resolve([]) }, { rules: ALLOWED, names: NAMES })
  await world.talk(
    [`POST http://allowed.test:${port}/ HTTP/1.1\r\nHost: x\r\nContent-Length: 0010\r\n\r\n0123456789`],
    '200 OK',
  )
  expect(lengths).toEqual([['Content-Length', '10', 'Connection', 'close']])
})

test('a coding behind more headers than Node counts frames the body all the same', async () => {
  const origin = await startOrigin()
  const { port } = origin
  const world = await startProxy(origin, { rules: ALLOWED, names: NAMES, limits: { headerBytes: 65_536 } })
  const headers = `${'a:b\r\n'.repeat(3000)}Transfer-Encoding: chunked\r\n`
  const secret = SECRET.replaceAll('PORT', String(port))
  const body = `${secret.length.toString(16)}\r\n${secret}\r\n0\r\n\r\n`
  const answer = `ORIGIN / ${secret.length}`
  expect(await world.talk([carrying(headers, { body })(port)], answer)).toContain(answer)
  expect(await world.seen()).toEqual([`POST / allowed.test:${port}`])
})
