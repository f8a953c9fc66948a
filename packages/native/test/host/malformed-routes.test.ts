import { afterAll, describe, expect, test } from 'vitest'
import { TAG } from '../../src/protocol/constants.js'
import {
  encodeNumbers,
  layOutRequest,
  numberField,
  stringField,
  type Field,
} from '../../src/protocol/fields.js'
import { openWorkshop, reasonToSkip } from './host.js'
import { bwrapArgv, start, type Outcome } from './run.js'

const workshop = openWorkshop()
afterAll(workshop.remove)

/** With a pipe, which is a Unix socket, and a file behind the control socket. */
function send(fields: readonly Field[]): Promise<Outcome> {
  const run = start({
    program: workshop.program,
    pieces: [layOutRequest(1, fields)],
    behind: ['pipe', 'ignore'],
  })
  run.stdin.end()
  return run.done
}

const CONTROL = 3
const SOCKET = 4
const FILE = 5

const refused = (step: string) => ({ exitCode: 125, reports: [{ kind: 'failed', step, errno: 74 }] })

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const field = (tag: number, numbers: readonly number[], rest: Uint8Array | number[] = []): Field => ({
  tag,
  bytes: Uint8Array.from([...encodeNumbers(...numbers), ...rest]),
})
const ROUTE = (kind: number, number: number, rest: Uint8Array | number[] = []): Field =>
  field(TAG.route, [kind, number], rest)
const TCP4 = ROUTE(1, 80, [127, 0, 0, 1])
const TCP6 = ROUTE(
  2,
  80,
  Array.from({ length: 16 }, () => 1),
)
const UNIX = (text: string): Field => ROUTE(3, 0, bytes(text))
const OFFER = (descriptor: number, size: number, answerSize: number, length = size + answerSize): Field =>
  field(
    TAG.route,
    [4, descriptor, size, answerSize],
    Array.from({ length }, () => 1),
  )
const PREFACE = (length: number): Field => ({ tag: TAG.preface, bytes: new Uint8Array(length).fill(1) })
const FILTER = (length: number): Field => ({ tag: TAG.relayFilter, bytes: new Uint8Array(length).fill(1) })
const LISTENER = (...numbers: number[]): Field => field(TAG.listener, numbers)

const ENTER_FIELDS = [stringField(TAG.arg, 'true'), stringField(TAG.cwd, '/')]
const enter = (listeners: readonly Field[]): Field => ({
  tag: TAG.enterRequest,
  bytes: layOutRequest(2, [...ENTER_FIELDS, ...listeners]),
})
const listening = (count: number): Field =>
  enter(Array.from({ length: count }, (_, index) => LISTENER(2000 + index, 0)))

/** Fails at the launcher, which is `true`, if it is not refused. */
const harmless = (
  routes: readonly Field[],
  listeners = listening(routes.length),
  others: readonly Field[] = [],
) => [
  stringField(TAG.launcher, '/bin/true'),
  stringField(TAG.launcherArg, 'true'),
  numberField(TAG.reraise, 0),
  listeners,
  ...routes,
  ...others,
]

describe('a malformed route is refused', () => {
  test.each([
    { why: 'one of each kind', fields: harmless([TCP4, TCP6, UNIX('/run/x\0'), OFFER(SOCKET, 4096, 256)]) },
    { why: 'the longest path', fields: harmless([UNIX(`/${'x'.repeat(106)}\0`)]) },
    {
      why: '16 routes, a preface and a filter',
      fields: harmless(
        Array.from({ length: 16 }, () => TCP4),
        undefined,
        [PREFACE(1024), FILTER(4096 * 8)],
      ),
    },
  ])('but not $why', async ({ fields }) => {
    expect((await send(fields)).reports).toMatchObject([{ step: 'launcher' }])
  })

  test.each([
    { why: 'no bytes', fields: harmless([{ tag: TAG.route, bytes: bytes('') }]) },
    { why: 'half a header', fields: harmless([{ tag: TAG.route, bytes: bytes('1234') }]) },
    { why: 'kind 0', fields: harmless([ROUTE(0, 80, [127, 0, 0, 1])]) },
    { why: 'kind 5', fields: harmless([ROUTE(5, 80, [127, 0, 0, 1])]) },
    { why: 'port 0', fields: harmless([ROUTE(1, 0, [127, 0, 0, 1])]) },
    { why: 'port 65536', fields: harmless([ROUTE(1, 65536, [127, 0, 0, 1])]) },
    {
      why: 'port 0 by IPv6',
      fields: harmless([
        ROUTE(
          2,
          0,
          Array.from({ length: 16 }, () => 1),
        ),
      ]),
    },
    { why: '3 bytes of an address', fields: harmless([ROUTE(1, 80, [127, 0, 0])]) },
    { why: '5 bytes of an address', fields: harmless([ROUTE(1, 80, [127, 0, 0, 0, 1])]) },
    { why: '4 bytes of an IPv6 address', fields: harmless([ROUTE(2, 80, [127, 0, 0, 1])]) },
    { why: 'a path with a number', fields: harmless([ROUTE(3, 1, bytes('/run/x\0'))]) },
    { why: 'no path', fields: harmless([UNIX('')]) },
    { why: 'a relative path', fields: harmless([UNIX('x\0')]) },
    { why: 'a path with dots', fields: harmless([UNIX('/run/../x\0')]) },
    { why: 'a path without NUL', fields: harmless([UNIX('/run/x')]) },
    { why: 'an abstract name', fields: harmless([UNIX('\0x\0')]) },
    { why: 'a path of 109 bytes', fields: harmless([UNIX(`/${'x'.repeat(107)}\0`)]) },
    { why: 'an offer without sizes', fields: harmless([ROUTE(4, SOCKET)]) },
    { why: 'an offer of nothing', fields: harmless([OFFER(SOCKET, 0, 1)]) },
    { why: 'no answer', fields: harmless([OFFER(SOCKET, 1, 0)]) },
    { why: 'an offer of 4097 bytes', fields: harmless([OFFER(SOCKET, 4097, 1)]) },
    { why: 'an answer of 257 bytes', fields: harmless([OFFER(SOCKET, 1, 257)]) },
    { why: 'sizes that are too large', fields: harmless([OFFER(SOCKET, 2, 2, 3)]) },
    { why: 'sizes that are too small', fields: harmless([OFFER(SOCKET, 2, 2, 5)]) },
    { why: 'a descriptor that is not open', fields: harmless([OFFER(99, 1, 1)]) },
    { why: 'the highest descriptor', fields: harmless([OFFER(0xffff_ffff, 1, 1)]) },
    { why: "one of the command's", fields: harmless([OFFER(0, 1, 1)]) },
    { why: 'the control socket', fields: harmless([OFFER(CONTROL, 1, 1)]) },
    { why: 'what is no socket', fields: harmless([OFFER(FILE, 1, 1)]) },
    { why: '17 routes', fields: harmless(Array.from({ length: 17 }, () => TCP4)) },
    { why: 'two prefaces', fields: harmless([TCP4], undefined, [PREFACE(1), PREFACE(1)]) },
    { why: 'an empty preface', fields: harmless([TCP4], undefined, [PREFACE(0)]) },
    { why: 'a preface of 1025 bytes', fields: harmless([TCP4], undefined, [PREFACE(1025)]) },
    { why: 'a preface for nobody', fields: harmless([OFFER(SOCKET, 1, 1)], undefined, [PREFACE(1)]) },
    { why: 'a preface without a route', fields: harmless([], undefined, [PREFACE(1)]) },
    { why: 'two filters', fields: harmless([TCP4], undefined, [FILTER(8), FILTER(8)]) },
    { why: 'half an instruction', fields: harmless([TCP4], undefined, [FILTER(4)]) },
    { why: '4097 instructions', fields: harmless([TCP4], undefined, [FILTER(4097 * 8)]) },
    { why: 'a filter of nothing', fields: harmless([OFFER(SOCKET, 1, 1)], undefined, [FILTER(8)]) },
    { why: 'no launcher', fields: harmless([TCP4]).slice(2) },
  ])('$why', async ({ fields }) => {
    expect(await send(fields)).toMatchObject(refused('request'))
  })

  test.each([
    { why: 'a route without a listener', fields: harmless([TCP4], listening(0)) },
    { why: 'a listener without a route', fields: harmless([], listening(1)) },
    { why: 'a listener too many', fields: harmless([TCP4], listening(2)) },
  ])('$why', async ({ fields }) => {
    expect(await send(fields)).toMatchObject(refused('listeners'))
  })
})

describe.skipIf(reasonToSkip())('a malformed listener is refused by enter', () => {
  const launch = (...listeners: Field[]) => [
    stringField(TAG.launcher, '/usr/bin/bwrap'),
    ...bwrapArgv().map((word) => stringField(TAG.launcherArg, word)),
    numberField(TAG.reraise, 0),
    { tag: TAG.enterRequest, bytes: layOutRequest(2, [...ENTER_FIELDS, ...listeners]) },
    ...listeners.map(() => TCP4),
  ]

  test('but not the lowest and the highest port', async () => {
    const { reports } = await send(launch(LISTENER(1024, 0), LISTENER(65535, 0)))
    expect(reports).toMatchObject([{ kind: 'started' }, { kind: 'ended', exitCode: 0 }])
  })

  test.each([
    { why: 'a port without more', listeners: [LISTENER(1024)] },
    { why: 'something behind it', listeners: [LISTENER(1024, 0, 0)] },
    { why: 'a second number', listeners: [LISTENER(1024, 1)] },
    { why: 'a low port', listeners: [LISTENER(1023, 0)] },
    { why: 'a high port', listeners: [LISTENER(65536, 0)] },
    { why: 'a port twice', listeners: [LISTENER(1024, 0), LISTENER(1025, 0), LISTENER(1024, 0)] },
  ])('$why', async ({ listeners }) => {
    expect(await send(launch(...listeners))).toMatchObject(refused('request'))
  })
})
