import * as fc from 'fast-check'
import { connect, get, socks } from './messages.ts'

const BYTES_PER_OCTET = 256

/** A part of an IPv4 address in one of the three bases that a URL takes. */
function spelledNumber(value: number): fc.Arbitrary<string> {
  return fc.constantFrom(
    String(value),
    `0x${value.toString(16)}`,
    `0X${value.toString(16).toUpperCase()}`,
    `0x000${value.toString(16)}`,
    `0${value.toString(8)}`,
  )
}

/** An IPv4 address, and one of its spellings in a URL. */
export const spelledIpv4: fc.Arbitrary<{ readonly address: string; readonly spelling: string }> = fc
  .tuple(fc.array(fc.nat(255), { minLength: 4, maxLength: 4 }), fc.integer({ min: 1, max: 4 }), fc.boolean())
  .chain(([octets, parts, hasDot]) => {
    const last = octets.slice(parts - 1).reduce((sum, octet) => sum * BYTES_PER_OCTET + octet, 0)
    return fc.tuple(...octets.slice(0, parts - 1).map(spelledNumber), spelledNumber(last)).map((texts) => ({
      address: octets.join('.'),
      spelling: texts.join('.') + (hasDot ? '.' : ''),
    }))
  })

/** Sixteen bytes, and the address in full. */
export const fullIpv6: fc.Arbitrary<string> = fc
  .array(fc.oneof(fc.constant(0), fc.constant(0xffff), fc.nat(0xffff)), { minLength: 8, maxLength: 8 })
  .map((groups) => groups.map((group) => group.toString(16)).join(':'))

/** Texts that are nearly hosts. */
export const hostText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc
    .array(
      fc.constantFrom(
        'a',
        'B',
        '1',
        '0x',
        '.',
        '-',
        ':',
        '[',
        ']',
        '%',
        '*',
        '/',
        '@',
        '::',
        'xn--',
        'ß',
        '。',
        '１',
        '\0',
      ),
      { maxLength: 20 },
    )
    .map((parts) => parts.join('')),
  fc.domain(),
  fc.ipV6().map((text) => `[${text}]`),
  spelledIpv4.map(({ spelling }) => spelling),
)

/** What clients of `host` at `port` send, of every kind. */
function wellFormed(host: string, port: number): string[] {
  const url = `http://${host}:${port}/path?query`
  return [
    get(url),
    `${get(url).replace('Connection: close\r\n', '')}${get(url)}`,
    `POST ${url} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 4\r\n\r\nbody`,
    `POST ${url} HTTP/1.1\r\nHost: ${host}\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\nX: y\r\n\r\n`,
    connect(`${host}:${port}`),
    socks({ host, port }),
    socks({ host: '\x7f\0\0\x01', port, type: 1, methods: [2, 0] }),
    `\x05\x01\x02\x01\x01a\x01b${socks({ host, port }).slice(3)}`,
  ]
}

/** Pieces that parsers stumble over. */
const PIECES = [
  ...['\r\n', '\n', '\r', '\0', ' ', '\t', ':', ',', '%00', '@', '#', '\x05', '\x04', '\xff'],
  ...[
    'Content-Length: 5\r\n',
    'Transfer-Encoding: chunked\r\n',
    'Host: other.test\r\n',
    'Connection: close, host\r\n',
    'Upgrade: websocket\r\n',
  ],
  ...['127.0.0.1', '0x7f.1', '[::1]', 'other.test', '0\r\n\r\n', 'x'.repeat(5000)],
]

type Edit = readonly [at: number, remove: number, insert: string]

const edit: fc.Arbitrary<Edit> = fc.tuple(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.nat(6),
  fc.oneof(fc.constant(''), fc.constantFrom(...PIECES), fc.string({ unit: 'binary-ascii', maxLength: 4 })),
)

/** `text` with some edits, cut in pieces: bytes, one character each. */
export function mutated(texts: readonly string[]): fc.Arbitrary<readonly string[]> {
  return fc
    .tuple(fc.constantFrom(...texts), fc.array(edit, { maxLength: 4 }), fc.integer({ min: 1, max: 3 }))
    .map(([text, edits, cuts]) => {
      const changed = edits.reduce((before, [at, remove, insert]) => {
        const index = Math.floor(at * before.length)
        return before.slice(0, index) + insert + before.slice(index + remove)
      }, text)
      const size = Math.ceil(changed.length / cuts) || 1
      return Array.from({ length: cuts }, (_, index) => changed.slice(index * size, (index + 1) * size))
    })
}

/** Nearly what clients send to an allowed and to another host. */
export function clientBytes(port: number): fc.Arbitrary<readonly string[]> {
  return mutated([...wellFormed('allowed.test', port), ...wellFormed('other.test', port)])
}

/** Nearly what servers answer. */
export const serverBytes: fc.Arbitrary<readonly string[]> = mutated([
  'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n4\r\nbody\r\n0\r\nX: y\r\n\r\n',
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\nSet-Cookie: a=1\r\n\r\n',
  'HTTP/1.0 200 OK\r\n\r\nbody',
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nbody',
])
