import { expect, test } from 'vitest'
import { ALLOWED, describeAttacks, NAMES } from './attack.ts'
import { connect, get, socks, socksReply } from '../messages.ts'
import { startOrigin, startProxy } from '../world.ts'

/** A first request that is answered, and a connection that stays. */
const first = (port: number): string => `GET http://allowed.test:${port}/first HTTP/1.1\r\nHost: x\r\n\r\n`

describeAttacks('one connection, several requests', [
  {
    title: 'a second request for another host, sent ahead',
    send: (port) => first(port) + get(`http://other.test:${port}/secret`),
    refused: 'blocked-by-allowlist',
    twin: { why: 'the same host', send: (port) => first(port) + get(`http://allowed.test:${port}/secret`) },
  },
  {
    title: 'a second request for another host, in a chunk of its own',
    send: (port) => [first(port), get(`http://other.test:${port}/secret`)],
    refused: 'blocked-by-allowlist',
    twin: { why: 'the same host', send: (port) => [first(port), get(`http://allowed.test:${port}/secret`)] },
  },
  {
    title: 'a request after one that was refused',
    send: (port) => [first(port).replace('allowed', 'other'), get(`http://other.test:${port}/secret`)],
    refused: 'blocked-by-allowlist',
    twin: {
      why: 'an allowed host',
      send: (port) => [first(port).replace('allowed', 'other'), get(`http://allowed.test:${port}/secret`)],
    },
  },
  {
    title: 'the fiftieth request',
    send: (port) => first(port).repeat(49) + get(`http://other.test:${port}/secret`),
    refused: 'blocked-by-allowlist',
    twin: {
      why: 'the same host',
      send: (port) => first(port).repeat(49) + get(`http://allowed.test:${port}/secret`),
    },
  },
  {
    title: 'more requests than may be sent ahead',
    send: (port) => first(port).repeat(200) + get(`http://allowed.test:${port}/secret`),
    refused: 'reset',
    twin: {
      why: 'fewer',
      send: (port) => first(port).repeat(20) + get(`http://allowed.test:${port}/secret`),
    },
  },
  {
    title: 'CONNECT before the answer to the first',
    send: (port) => first(port) + connect(`allowed.test:${port}`),
    refused: 'reset',
    twin: { why: 'CONNECT alone', send: (port) => connect(`allowed.test:${port}`) },
  },
  {
    title: 'a forwarded request in a tunnel that was refused',
    send: (port) => [
      `CONNECT other.test:${port} HTTP/1.1\r\nHost: x\r\n\r\n`,
      get(`http://allowed.test:${port}/secret`),
    ],
    refused: 'blocked-by-allowlist',
    twin: {
      why: 'a connection of its own',
      send: (port) => get(`http://allowed.test:${port}/secret`),
    },
  },
])

describeAttacks('targets and headers that disagree', [
  {
    title: 'an allowed Host, and another target',
    send: (port) => `GET http://other.test:${port}/secret HTTP/1.1\r\nHost: allowed.test:${port}\r\n\r\n`,
    refused: 'blocked-by-allowlist',
    twin: {
      why: 'an allowed target, and another Host',
      send: (port) => `GET http://allowed.test:${port}/secret HTTP/1.1\r\nHost: other.test:${port}\r\n\r\n`,
    },
  },
  {
    title: 'an allowed Host, and CONNECT to another',
    send: (port) =>
      `CONNECT other.test:${port} HTTP/1.1\r\nHost: allowed.test:${port}\r\n\r\n${get('/secret')}`,
    refused: 'blocked-by-allowlist',
    twin: { why: 'the allowed one', send: (port) => connect(`allowed.test:${port}`) },
  },
  {
    title: 'a path alone',
    send: (port) => `GET /secret HTTP/1.1\r\nHost: allowed.test:${port}\r\n\r\n`,
    refused: 'invalid-request',
    twin: { why: 'a whole URL', send: (port) => get(`http://allowed.test:${port}/secret`) },
  },
  {
    title: 'a star',
    send: (port) => `OPTIONS * HTTP/1.1\r\nHost: allowed.test:${port}\r\n\r\n`,
    refused: 'invalid-request',
    twin: { why: 'a whole URL', send: (port) => get(`http://allowed.test:${port}/secret`) },
  },
  ...['https', 'ftp', 'file', 'ws', 'gopher'].map((scheme) => ({
    title: `a URL with ${scheme}`,
    send: (port: number) => get(`${scheme}://allowed.test:${port}/secret`),
    refused: 'invalid-request' as const,
    twin: { why: 'http', send: (port: number) => get(`http://allowed.test:${port}/secret`) },
  })),
  {
    title: 'CONNECT without a port',
    send: () => connect('allowed.test'),
    refused: 'invalid-request',
    twin: { why: 'a port', send: (port) => connect(`allowed.test:${port}`) },
  },
  {
    title: 'CONNECT to a URL',
    send: (port) => connect(`http://allowed.test:${port}/`),
    refused: 'invalid-request',
    twin: { why: 'host and port', send: (port) => connect(`allowed.test:${port}`) },
  },
  {
    title: 'a change to WebSocket',
    send: (port) =>
      get(`http://allowed.test:${port}/secret`, 'Connection: Upgrade\r\nUpgrade: websocket\r\n'),
    refused: 'invalid-request',
    twin: {
      why: 'an offer of HTTP/2, which is not passed on',
      send: (port) => get(`http://allowed.test:${port}/secret`, 'Connection: Upgrade\r\nUpgrade: h2c\r\n'),
    },
  },
])

const ALLOWED_SOCKS = (port: number): string => socks({ host: 'allowed.test', port })

describeAttacks('SOCKS beyond CONNECT', [
  ...[
    { command: 2, what: 'BIND' },
    { command: 3, what: 'UDP ASSOCIATE' },
    { command: 0, what: 'the command 0' },
    { command: 0xf0, what: 'RESOLVE of Tor' },
  ].map(({ command, what }) => ({
    title: what,
    send: (port: number) => socks({ host: 'allowed.test', port, command }),
    refused: 'invalid-request' as const,
    answer: socksReply(7),
    twin: { why: 'CONNECT', send: ALLOWED_SOCKS },
  })),
  {
    title: 'an unknown type of address',
    send: (port) => socks({ host: 'allowed.test', port, type: 2 }),
    refused: 'invalid-request',
    answer: socksReply(8),
    twin: { why: 'a name', send: ALLOWED_SOCKS },
  },
  {
    title: 'a reserved byte',
    send: (port) => socks({ host: 'allowed.test', port, reserved: 1 }),
    refused: 'invalid-request',
    answer: socksReply(1),
    twin: { why: '0 there', send: ALLOWED_SOCKS },
  },
  {
    title: 'another version in the request',
    send: (port) => socks({ host: 'allowed.test', port, version: 4 }),
    refused: 'invalid-request',
    answer: socksReply(1),
    twin: { why: 'version 5', send: ALLOWED_SOCKS },
  },
  {
    title: 'the port 0',
    send: () => socks({ host: 'allowed.test', port: 0 }),
    refused: 'invalid-request',
    answer: socksReply(1),
    twin: { why: 'a port', send: ALLOWED_SOCKS },
  },
  {
    title: 'no method of authentication',
    send: (port) => socks({ host: 'allowed.test', port, methods: [] }),
    refused: 'invalid-request',
    answer: '\x05\xff',
    twin: { why: 'none needed', send: ALLOWED_SOCKS },
  },
  {
    title: 'GSSAPI alone',
    send: (port) => socks({ host: 'allowed.test', port, methods: [1] }),
    refused: 'invalid-request',
    answer: '\x05\xff',
    twin: {
      why: 'none needed beside it',
      send: (port) => socks({ host: 'allowed.test', port, methods: [1, 2, 0] }),
    },
  },
  {
    title: 'credentials of another version',
    send: (port) => withCredentials(port, '\x05'),
    refused: 'invalid-request',
    answer: '\x05\x02\x05\x01',
    twin: { why: 'any name and password', send: (port) => withCredentials(port, '\x01') },
  },
  {
    title: 'version 4',
    send: (port) =>
      `\x04\x01${String.fromCharCode(port >> 8, port & 255)}\x7f\0\0\x01client\0${get('/secret')}`,
    refused: 'invalid-request',
    answer: '\0\x5b',
    twin: { why: 'version 5', send: ALLOWED_SOCKS },
  },
  {
    title: 'version 4a, with a name',
    send: (port) =>
      `\x04\x01${String.fromCharCode(port >> 8, port & 255)}\0\0\0\x01client\0allowed.test\0${get('/secret')}`,
    refused: 'invalid-request',
    answer: '\0\x5b',
    twin: { why: 'version 5', send: ALLOWED_SOCKS },
  },
  {
    title: 'TLS to the proxy itself',
    send: () => '\x16\x03\x01\x00\xf8\x01\x00\x00\xf4',
    refused: 'reset',
    twin: { why: 'a byte at a time of SOCKS5', send: (port) => ALLOWED_SOCKS(port).split('') },
  },
])

function withCredentials(port: number, version: string): string {
  const [greeting, request] = [
    socks({ host: 'allowed.test', port, methods: [2] }).slice(0, 3),
    ALLOWED_SOCKS(port).slice(3),
  ]
  return `${greeting}${version}\x04name\x08password${request}`
}

test('a request one byte at a time is the same request', async () => {
  const origin = await startOrigin()
  const world = await startProxy(origin, { rules: ALLOWED, names: NAMES })
  expect(await world.talk(get(`http://allowed.test:${origin.port}/x`).split(''), 'ORIGIN')).toContain(
    'ORIGIN /x',
  )
})
