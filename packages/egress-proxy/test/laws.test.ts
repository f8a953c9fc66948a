import { BlockList } from 'node:net'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { addressClass, parseAddress } from '../src/address.ts'
import type { EgressRequest } from '../src/decision.ts'
import { parseHost } from '../src/host.ts'
import { endToEndHeaders } from '../src/http-headers.ts'
import { formatDecision } from '../src/log.ts'
import { judgeRequest } from '../src/judge.ts'
import { matchesPattern, parsePattern, type Pattern } from '../src/pattern.ts'
import { compileRules, type EgressRule, type EgressRules } from '../src/rules.ts'
import { parseCredentials, parseGreeting, parseRequest } from '../src/socks5-frames.ts'
import { fullIpv6, hostText, spelledIpv4 } from './arbitraries.ts'

test('every spelling of an IPv4 address is that address', () => {
  fc.assert(
    fc.property(spelledIpv4, ({ address, spelling }) => {
      expect(parseHost(spelling)).toMatchObject({ kind: 'address', text: address })
    }),
  )
})

test('every mapped spelling of an IPv4 address is that address', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.boolean(), (address, isLong) => {
      const spelling = `[${isLong ? '0:0:0:0:0:FFFF' : '::ffff'}:${address}]`
      expect(parseHost(spelling)).toMatchObject({ text: address })
    }),
  )
})

test('a host in its one form is that host', () => {
  fc.assert(
    fc.property(hostText, (text) => {
      const host = parseHost(text)
      if (host === undefined) return
      expect(parseHost(host.text)).toEqual(host)
      if (host.kind === 'name')
        expect(host.text).toMatch(/^(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/)
    }),
  )
})

/** An implementation of networks that is not the one under test. */
function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', bits] = network.split('/')
    list.addSubnet(address, Number(bits), address.includes(':') ? 'ipv6' : 'ipv4')
  }
  return list
}

test('public addresses of IPv4 are those in no network of the registry of special ones', () => {
  const special = blockList([
    ...[
      '0.0.0.0/8',
      '10.0.0.0/8',
      '100.64.0.0/10',
      '127.0.0.0/8',
      '169.254.0.0/16',
      '172.16.0.0/12',
      '192.0.0.0/24',
    ],
    ...[
      '192.0.2.0/24',
      '192.31.196.0/24',
      '192.52.193.0/24',
      '192.88.99.0/24',
      '192.168.0.0/16',
      '192.175.48.0/24',
    ],
    ...['198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/3', '168.63.129.16/32'],
  ])
  const near = fc.constantFrom('10', '100', '127', '169', '172', '192', '198', '203')
  const address = fc.oneof(
    fc.ipV4(),
    fc
      .tuple(near, fc.constantFrom(0, 31, 51, 52, 64, 88, 127, 128, 168, 175, 254), fc.nat(255), fc.nat(255))
      .map((parts) => parts.join('.')),
  )
  fc.assert(
    fc.property(address, (text) => {
      expect(addressClass(parseAddress(text)!) === 'public').toBe(!special.check(text, 'ipv4'))
    }),
    { numRuns: 1000 },
  )
})

test('public addresses of IPv6 are in 2000::/3, and in no network that carries IPv4 or is special', () => {
  const special = blockList(['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20'])
  const global = blockList(['2000::/3'])
  const address = fc.oneof(
    fullIpv6,
    fc
      .tuple(fc.constantFrom('2001:0', '2001:db8', '2002:a00', '64:ff9b', '2620:4f', '2a00:1'), fullIpv6)
      .map(([start, rest]) => `${start}:${rest.split(':').slice(2).join(':')}`),
  )
  fc.assert(
    fc.property(address, (text) => {
      const parsed = parseAddress(text)!
      if (parsed.kind() === 'ipv4') return
      expect(addressClass(parsed) === 'public').toBe(
        global.check(text, 'ipv6') && !special.check(text, 'ipv6'),
      )
    }),
    { numRuns: 1000 },
  )
})

test('a rule for a network is about the addresses in it', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.ipV4(), fc.nat(32), (address, other, bits) => {
      const mask = bits === 0 ? 0 : (-1 << (32 - bits)) >>> 0
      const number = other.split('.').reduce((sum, octet) => ((sum << 8) | Number(octet)) >>> 0, 0) & mask
      const network = `${[24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.')}/${bits}`
      const pattern = parsePattern(network) as Pattern
      expect(matchesPattern(pattern, parseHost(address)!, 1)).toBe(
        blockList([network]).check(address, 'ipv4'),
      )
    }),
  )
})

const rule = fc.oneof(
  fc.constantFrom(
    'a.test',
    '*.a.test',
    '**.a.test',
    '*',
    '10.0.0.0/8',
    'b.a.test:80',
    '*:443',
    '127.0.0.1',
    '::/0',
  ),
  fc.record({
    host: fc.constantFrom('a.test', '**.test', '*'),
    methods: fc.constantFrom(['GET'], ['POST', 'CONNECT']),
  }),
)
const rules: fc.Arbitrary<EgressRules> = fc.record(
  {
    allow: fc.array(rule, { maxLength: 4 }),
    deny: fc.array(rule, { maxLength: 3 }),
    methods: fc.constantFrom(['GET'], ['CONNECT']),
  },
  { requiredKeys: ['allow'] },
)
const request: fc.Arbitrary<EgressRequest> = fc
  .record({
    host: fc
      .constantFrom('a.test', 'b.a.test', 'c.test', '10.1.1.1', '[::1]', '127.1')
      .map((text) => parseHost(text)!),
    port: fc.constantFrom(80, 443),
    method: fc.constantFrom('GET', 'POST', 'CONNECT'),
  })
  .map((facts) => ({ ...facts, protocol: facts.method === 'CONNECT' ? 'connect' : 'http' }))

function isAllowed(allowing: EgressRules, asked: EgressRequest): boolean {
  return 'rule' in judgeRequest(compileRules(allowing), asked)
}

test('a rule more that denies never allows more, and a rule less that allows does not either', () => {
  fc.assert(
    fc.property(rules, rule, fc.nat(3), request, (some, one, index, asked) => {
      const denying: EgressRules = { ...some, deny: [...(some.deny ?? []), one] }
      const without: EgressRules = { ...some, allow: some.allow.filter((_, place) => place !== index) }
      if (isAllowed(some, asked)) return
      expect([isAllowed(denying, asked), isAllowed(without, asked)]).toEqual([false, false])
    }),
  )
})

test('what is allowed is refused as soon as the rule that allows it denies', () => {
  fc.assert(
    fc.property(rules, request, (some, asked) => {
      const verdict = judgeRequest(compileRules(some), asked)
      if (!('rule' in verdict)) return
      const denies: EgressRule = verdict.rule
      expect(isAllowed({ ...some, deny: [denies] }, asked)).toBe(false)
    }),
  )
})

test('a frame of SOCKS5 is read when all of it is there, and not before', () => {
  const name = fc.string({ unit: fc.constantFrom('a', '.', '1'), minLength: 1, maxLength: 255 })
  fc.assert(
    fc.property(
      name,
      fc.nat(65_535),
      fc.nat(255),
      fc.uint8Array({ maxLength: 9 }),
      (host, port, command, rest) => {
        const frame = Buffer.from([
          5,
          command,
          0,
          3,
          host.length,
          ...Buffer.from(host),
          port >> 8,
          port & 255,
        ])
        for (let length = 0; length < frame.length; length += 1)
          expect(parseRequest(frame.subarray(0, length))).toBeUndefined()
        expect(parseRequest(Buffer.concat([frame, rest]))).toEqual({
          value: { command, host, port },
          used: frame.length,
        })
      },
    ),
    { numRuns: 30 },
  )
})

const ASCII_MAX = 127

test('no frame of SOCKS5 takes more bytes than it can have', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 600, maxLength: 600 }), (random) => {
      const bytes = random.map((byte, index) => (index === 0 ? byte : byte & ASCII_MAX))
      const used = [
        parseGreeting(Buffer.from([5, ...bytes])),
        parseCredentials(Buffer.from([1, ...bytes])),
        parseRequest(Buffer.from([5, 1, 0, 3, ...bytes])),
      ].map((frame) => frame?.used ?? 0)
      expect(used.every((count, index) => count > 0 && count <= [257, 513, 262][index]!)).toBe(true)
    }),
  )
})

test('no header that Connection names is passed on, and every other one is, in order', () => {
  const name = fc.constantFrom(
    'A',
    'b',
    'C',
    'te',
    'Upgrade',
    'Proxy-Authorization',
    'Content-Length',
    'Connection',
  )
  const field = fc.tuple(name, fc.constantFrom('a', 'B, c', 'close', 'content-length, A'))
  fc.assert(
    fc.property(fc.array(field), (fields) => {
      const named = fields.flatMap(([key, value]) =>
        key === 'Connection' ? value.toLowerCase().split(', ') : [],
      )
      const expected = fields.filter(([key]) => {
        if (['te', 'Upgrade', 'Proxy-Authorization', 'Connection'].includes(key)) return false
        return key === 'Content-Length' || !named.includes(key.toLowerCase())
      })
      expect(endToEndHeaders(fields.flat())).toEqual(expected.flat())
    }),
  )
})

test('a decision is one line, whatever is in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (message) => {
      const line = formatDecision({ time: '', status: 'blocked', message })
      expect(line).toMatch(/^[ -~]+\n$/)
      expect((JSON.parse(line) as { message: string }).message).toBe(message)
    }),
  )
})
