import { PolicyInvalidError } from '@linux-sandbox/errors'
import { isIPv4, isIPv6 } from 'node:net'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeSuperviseRequest, type Route, type SuperviseRequest } from '../src/index.js'
import { TAG } from '../src/protocol/constants.js'
import { parseAddress } from '../src/protocol/ip-address.js'
import { decodeRequest } from './decode-request.js'
import { enterRequest, superviseRequest } from './samples.js'

const TCP: Route = { kind: 'tcp', address: '127.0.0.1', port: 3128 }
const OFFER: Route = {
  kind: 'descriptor',
  descriptor: 9,
  offer: Uint8Array.of(1, 2),
  answer: Uint8Array.of(3),
}

const routed = (routes: readonly Route[], parts: Partial<SuperviseRequest> = {}): SuperviseRequest =>
  superviseRequest({
    routes,
    enter: enterRequest({ listeners: routes.map((_, index) => 1024 + index) }),
    ...parts,
  })

function issuesOf(request: SuperviseRequest): PolicyInvalidError['issues'] {
  try {
    encodeSuperviseRequest(request)
  } catch (error) {
    if (error instanceof PolicyInvalidError) return error.issues
    throw error
  }
  return []
}

test('routes, listeners, preface and filter read back as they were given', () => {
  const routes: Route[] = [
    { kind: 'tcp', address: '127.0.0.9', port: 65535 },
    { kind: 'tcp', address: '::1', port: 1 },
    { kind: 'unix', path: '/run/käse' },
    OFFER,
  ]
  const parts = { preface: Uint8Array.of(7, 8), relayFilter: new Uint8Array(8).fill(9) }
  const { fields } = decodeRequest(encodeSuperviseRequest(routed(routes, parts)))
  const of = (tag: number, all = fields) =>
    all.filter((one) => one.tag === tag).map(({ bytes }) => [...bytes])
  expect(of(TAG.route)).toEqual([
    [1, 0, 0, 0, 0xff, 0xff, 0, 0, 127, 0, 0, 9],
    [2, 0, 0, 0, 1, 0, 0, 0, ...Array.from({ length: 15 }, () => 0), 1],
    [3, 0, 0, 0, 0, 0, 0, 0, ...Buffer.from('/run/käse\0')],
    [4, 0, 0, 0, 9, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 2, 3],
  ])
  expect(of(TAG.preface)).toEqual([[7, 8]])
  expect(of(TAG.relayFilter)).toEqual([Array.from({ length: 8 }, () => 9)])
  const inner = decodeRequest(fields.find(({ tag }) => tag === TAG.enterRequest)!.bytes)
  expect(of(TAG.listener, inner.fields)).toEqual([0, 1, 2, 3].map((index) => [index, 4, 0, 0, 0, 0, 0, 0]))
})

describe('what is refused', () => {
  test.each([
    { why: 'no address', route: { ...TCP, address: 'localhost' }, path: ['address'] },
    { why: 'port 0', route: { ...TCP, port: 0 }, path: ['port'] },
    { why: 'port 65536', route: { ...TCP, port: 65536 }, path: ['port'] },
    { why: 'half a port', route: { ...TCP, port: 1.5 }, path: ['port'] },
    { why: 'a relative path', route: { kind: 'unix', path: 'x' }, path: ['path'] },
    { why: 'a path with NUL', route: { kind: 'unix', path: '/x\0' }, path: ['path'] },
    { why: 'a path with dots', route: { kind: 'unix', path: '/x/../y' }, path: ['path'] },
    { why: 'a path of 108 bytes', route: { kind: 'unix', path: `/${'x'.repeat(107)}` }, path: ['path'] },
    { why: 'a negative descriptor', route: { ...OFFER, descriptor: -1 }, path: ['descriptor'] },
    { why: 'an offer of nothing', route: { ...OFFER, offer: new Uint8Array(0) }, path: ['offer'] },
    { why: 'an offer of 4097 bytes', route: { ...OFFER, offer: new Uint8Array(4097) }, path: ['offer'] },
    { why: 'no answer', route: { ...OFFER, answer: new Uint8Array(0) }, path: ['answer'] },
    { why: 'an answer of 257 bytes', route: { ...OFFER, answer: new Uint8Array(257) }, path: ['answer'] },
    { why: 'an unknown kind', route: { kind: 'udp' } as unknown as Route, path: ['kind'] },
  ] as const)('$why', ({ route, path }) => {
    expect(issuesOf(routed([TCP, route])).map((issue) => issue.path)).toEqual([['routes', 1, ...path]])
  })

  test.each([
    { why: 'fewer listeners', parts: { enter: enterRequest() }, path: ['routes'] },
    { why: 'more listeners', parts: { enter: enterRequest({ listeners: [2000, 2001] }) }, path: ['routes'] },
    {
      why: 'a low port',
      parts: { enter: enterRequest({ listeners: [1023] }) },
      path: ['enter', 'listeners', 0],
    },
    {
      why: 'a high port',
      parts: { enter: enterRequest({ listeners: [65536] }) },
      path: ['enter', 'listeners', 0],
    },
    { why: 'an empty preface', parts: { preface: new Uint8Array(0) }, path: ['preface'] },
    { why: 'a preface of 1025 bytes', parts: { preface: new Uint8Array(1025) }, path: ['preface'] },
    { why: 'half an instruction', parts: { relayFilter: new Uint8Array(4) }, path: ['relayFilter'] },
  ])('$why', ({ parts, path }) => {
    expect(issuesOf(routed([TCP], parts)).map((issue) => issue.path)).toEqual([path])
  })

  test('a port twice', () => {
    const enter = enterRequest({ listeners: [2000, 2001, 2000] })
    expect(issuesOf(routed([TCP, TCP, TCP], { enter }))).toEqual([
      { path: ['enter', 'listeners', 2], message: 'is there already' },
    ])
  })

  test('17 listeners', () => {
    expect(issuesOf(routed(Array.from({ length: 16 }, () => TCP)))).toEqual([])
    expect(issuesOf(routed(Array.from({ length: 17 }, () => TCP)))).toEqual([
      { path: ['enter', 'listeners'], message: 'has 17 ports, and 16 are the most' },
    ])
  })

  test.each([{ routes: [] }, { routes: [OFFER] }])('a preface and a filter for nobody', ({ routes }) => {
    const issues = issuesOf(routed(routes, { preface: new Uint8Array(1), relayFilter: new Uint8Array(8) }))
    expect(issues.map(({ path }) => path)).toEqual([['preface'], ['relayFilter']])
  })

  test('routes without a launcher, whose listeners would be those of the host', () => {
    const request: SuperviseRequest = {
      reraise: false,
      routes: [TCP],
      enter: enterRequest({ lifetime: 'subreaper', listeners: [2000] }),
    }
    expect(issuesOf(request)).toEqual([{ path: ['routes'], message: 'needs a launcher' }])
  })
})

describe('addresses', () => {
  test.each([
    { text: '0.0.0.0', bytes: [0, 0, 0, 0] },
    { text: '127.0.0.1', bytes: [127, 0, 0, 1] },
    { text: '::', bytes: Array.from({ length: 16 }, () => 0) },
    { text: '1::a:Bc', bytes: [0, 1, ...Array.from({ length: 10 }, () => 0), 0, 10, 0, 0xbc] },
  ])('$text', ({ text, bytes }) => {
    expect([...parseAddress(text)!]).toEqual(bytes)
  })

  test('are what Node takes for one, except for those with decimal numbers at the end and those with a zone', () => {
    const part = fc.constantFrom(
      '0',
      '1',
      '10',
      '01',
      '255',
      '256',
      'ff',
      'fFf1',
      '12345',
      '',
      ':',
      '.',
      ' ',
      '-1',
      '%eth0',
    )
    const texts = fc.tuple(fc.constantFrom(':', '.', '::'), fc.array(part, { maxLength: 9 }))
    fc.assert(
      fc.property(texts, ([separator, parts]) => {
        const text = parts.join(separator)
        const isAddress = isIPv4(text) || (isIPv6(text) && !text.includes('%') && !text.includes('.'))
        expect(parseAddress(text) !== undefined).toBe(isAddress)
      }),
      { numRuns: 5000 },
    )
  })
})
