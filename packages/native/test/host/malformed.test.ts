import { mkdirSync, mkdtempSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { encodeEnterRequest, encodeSuperviseRequest, PROTOCOL_VERSION } from '../../src/index.js'
import { TAG } from '../../src/protocol/constants.js'
import { layOutRequest, numberField, stringField, type Field } from '../../src/protocol/fields.js'
import { enterRequest, superviseRequest } from '../samples.js'
import { openWorkshop, reasonToSkip } from './host.js'
import { hasLandlock } from './landlock.js'
import { bwrapArgv, start, type Outcome } from './run.js'

const workshop = openWorkshop()
afterAll(workshop.remove)

function send(request: Uint8Array, hasEnd = true): Promise<Outcome> {
  const run = start({ program: workshop.program, pieces: [request], hasEnd })
  run.stdin.end()
  return run.done
}

const REFUSED = {
  exitCode: 125,
  signal: null,
  reports: [{ kind: 'failed', attempt: 'first', step: 'request', errno: 74 }],
  stdout: Buffer.alloc(0),
  stderr: Buffer.alloc(0),
}

/** Would do nothing if it were accepted: the launcher is `true`. */
const HARMLESS = encodeSuperviseRequest(
  superviseRequest({
    launcher: '/bin/true',
    launcherArgv: ['true', 'one', '@enter'],
    fallbackArgv: ['true', 'two'],
    mounts: [{ expectation: 'bound', target: '/tmp/target', source: '/tmp/source' }],
    setupTimeoutMs: 60_000,
    enter: enterRequest({ filter: new Uint8Array(8) }),
  }),
)

function withWord(request: Uint8Array, offset: number, value: number): Uint8Array {
  const copy = request.slice()
  new DataView(copy.buffer).setUint32(offset, value, true)
  return copy
}

const ENTER: Field = { tag: TAG.enterRequest, bytes: encodeEnterRequest(enterRequest()) }
const FIELDS = [
  stringField(TAG.launcher, '/bin/true'),
  stringField(TAG.launcherArg, 'true'),
  ENTER,
  numberField(TAG.reraise, 0),
]
const DIRECT = FIELDS.slice(2)
const DESCRIPTOR = numberField(TAG.launcherDescriptor, 9)
const TIMEOUT = (limit: number): Field => numberField(TAG.setupTimeout, limit)
const PLACE = (path: string): Field => stringField(TAG.placeholder, path)
const PLACE_FILE = (text: string): Field => ({ tag: TAG.placeholderFile, bytes: bytes(text) })
const MOUNT = (expectation: number, text: string, flags = 0): Field => ({
  tag: TAG.mount,
  bytes: Uint8Array.from([expectation, 0, 0, 0, flags, 0, 0, 0, ...bytes(text)]),
})
const REGISTRY = stringField(TAG.registry, join(workshop.directory, 'registry'))
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('a malformed supervise request is refused', () => {
  test('and the same request, unharmed, is not', async () => {
    expect((await send(HARMLESS)).reports).toMatchObject([{ step: 'launcher' }])
    expect((await send(layOutRequest(1, FIELDS))).reports).toMatchObject([{ step: 'launcher' }])
    const mounts = [
      MOUNT(1, '/a\0/b\0'),
      MOUNT(2, '/a\0/b\0'),
      ...[3, 4, 5].map((kind) => MOUNT(kind, '/a\0')),
    ]
    expect((await send(layOutRequest(1, [...FIELDS, ...mounts]))).reports).toMatchObject([
      { step: 'launcher' },
    ])
  })

  test.each([
    { why: 'nothing at all', request: new Uint8Array(0) },
    { why: 'half a header', request: HARMLESS.subarray(0, 9) },
    { why: 'a header alone', request: HARMLESS.subarray(0, 16) },
    { why: 'one byte too few', request: HARMLESS.subarray(0, HARMLESS.length - 1) },
    { why: 'a wrong magic', request: withWord(HARMLESS, 0, 0) },
    { why: 'a later version', request: withWord(HARMLESS, 4, PROTOCOL_VERSION + 1) },
    { why: 'the kind of an enter request', request: withWord(HARMLESS, 8, 2) },
    { why: 'a length below the header', request: withWord(HARMLESS, 12, 15) },
    { why: 'a length of the header alone', request: withWord(HARMLESS, 12, 16) },
    { why: 'a length above 16 MiB', request: withWord(HARMLESS, 12, 16 * 1024 * 1024 + 1) },
    { why: 'the longest length', request: withWord(HARMLESS, 12, 0xffff_ffff) },
    { why: 'a field length that wraps', request: withWord(HARMLESS, 20, 0xffff_fff9) },
    { why: 'no field', request: layOutRequest(1, []) },
    { why: 'no launcher', request: layOutRequest(1, FIELDS.slice(1)) },
    { why: 'no launcher word', request: layOutRequest(1, FIELDS.toSpliced(1, 1)) },
    { why: 'no enter request', request: layOutRequest(1, FIELDS.toSpliced(2, 1)) },
    { why: 'no reraise', request: layOutRequest(1, FIELDS.slice(0, 3)) },
    { why: 'two launchers', request: layOutRequest(1, [FIELDS[0]!, ...FIELDS]) },
    { why: 'two enter requests', request: layOutRequest(1, [ENTER, ...FIELDS]) },
    { why: 'two reraise', request: layOutRequest(1, [...FIELDS, FIELDS[3]!]) },
    { why: 'reraise 2', request: layOutRequest(1, [...FIELDS.slice(0, 3), numberField(TAG.reraise, 2)]) },
    { why: 'a tag of the other kind', request: layOutRequest(1, [...FIELDS, stringField(TAG.cwd, '/')]) },
    { why: 'a placeholder without a registry', request: layOutRequest(1, [...FIELDS, PLACE('/tmp/x')]) },
    { why: 'two registries', request: layOutRequest(1, [...FIELDS, REGISTRY, REGISTRY]) },
    { why: 'a relative placeholder', request: layOutRequest(1, [...FIELDS, REGISTRY, PLACE('x')]) },
    { why: 'a placeholder with dots', request: layOutRequest(1, [...FIELDS, REGISTRY, PLACE('/tmp/../x')]) },
    {
      why: 'a placeholder with two slashes',
      request: layOutRequest(1, [...FIELDS, REGISTRY, PLACE('/tmp//x')]),
    },
    { why: 'the root as placeholder', request: layOutRequest(1, [...FIELDS, REGISTRY, PLACE('/')]) },
    {
      why: 'a placeholder of 4096 bytes',
      request: layOutRequest(1, [...FIELDS, REGISTRY, PLACE(`/${'x'.repeat(4095)}`)]),
    },
    {
      why: '4097 placeholders',
      request: layOutRequest(1, [
        ...FIELDS,
        REGISTRY,
        ...Array.from({ length: 4097 }, () => PLACE('/tmp/x')),
      ]),
    },
    {
      why: 'a file as placeholder without a registry',
      request: layOutRequest(1, [...FIELDS, PLACE_FILE('/tmp/x\0')]),
    },
    { why: 'a file of no bytes', request: layOutRequest(1, [...FIELDS, REGISTRY, PLACE_FILE('')]) },
    { why: 'a file without NUL', request: layOutRequest(1, [...FIELDS, REGISTRY, PLACE_FILE('/tmp/x')]) },
    { why: 'a file without a path', request: layOutRequest(1, [...FIELDS, REGISTRY, PLACE_FILE('\0x')]) },
    { why: 'a relative file', request: layOutRequest(1, [...FIELDS, REGISTRY, PLACE_FILE('x\0x')]) },
    { why: 'a file with dots', request: layOutRequest(1, [...FIELDS, REGISTRY, PLACE_FILE('/tmp/../x\0')]) },
    {
      why: 'a file with content of 4097 bytes',
      request: layOutRequest(1, [...FIELDS, REGISTRY, PLACE_FILE(`/tmp/x\0${'x'.repeat(4097)}`)]),
    },
    {
      why: '4097 placeholders of both kinds',
      request: layOutRequest(1, [
        ...FIELDS,
        REGISTRY,
        PLACE_FILE('/tmp/x\0'),
        ...Array.from({ length: 4096 }, () => PLACE('/tmp/x')),
      ]),
    },
    {
      why: 'a mount of no bytes',
      request: layOutRequest(1, [...FIELDS, { tag: TAG.mount, bytes: bytes('') }]),
    },
    { why: 'a mount without a path', request: layOutRequest(1, [...FIELDS, MOUNT(3, '')]) },
    { why: 'a mount of expectation 0', request: layOutRequest(1, [...FIELDS, MOUNT(0, '/a\0')]) },
    { why: 'a mount of expectation 6', request: layOutRequest(1, [...FIELDS, MOUNT(6, '/a\0')]) },
    { why: 'a mount with a flag', request: layOutRequest(1, [...FIELDS, MOUNT(3, '/a\0', 1)]) },
    { why: 'a mount without NUL', request: layOutRequest(1, [...FIELDS, MOUNT(3, '/a')]) },
    { why: 'a mount at a relative path', request: layOutRequest(1, [...FIELDS, MOUNT(3, 'a\0')]) },
    { why: 'a mount with dots', request: layOutRequest(1, [...FIELDS, MOUNT(3, '/a/..\0')]) },
    { why: 'a mount at the root', request: layOutRequest(1, [...FIELDS, MOUNT(3, '/\0')]) },
    { why: 'a bind without a source', request: layOutRequest(1, [...FIELDS, MOUNT(1, '/a\0')]) },
    { why: 'a bind of a relative source', request: layOutRequest(1, [...FIELDS, MOUNT(2, '/a\0b\0')]) },
    { why: 'a bind of a source without NUL', request: layOutRequest(1, [...FIELDS, MOUNT(2, '/a\0/b')]) },
    { why: 'a bind of two sources', request: layOutRequest(1, [...FIELDS, MOUNT(2, '/a\0/b\0/c\0')]) },
    { why: 'a mask with a source', request: layOutRequest(1, [...FIELDS, MOUNT(3, '/a\0/b\0')]) },
    {
      why: '4097 mounts',
      request: layOutRequest(1, [...FIELDS, ...Array.from({ length: 4097 }, () => MOUNT(3, '/a\0'))]),
    },
    { why: 'two descriptors', request: layOutRequest(1, [...FIELDS, DESCRIPTOR, DESCRIPTOR]) },
    {
      why: 'a descriptor of half a number',
      request: layOutRequest(1, [...FIELDS, { ...DESCRIPTOR, bytes: new Uint8Array(2) }]),
    },
    {
      why: 'the highest descriptor',
      request: layOutRequest(1, [...FIELDS, numberField(TAG.launcherDescriptor, 0xffff_ffff)]),
    },
    { why: 'a descriptor that is not open', request: layOutRequest(1, [...FIELDS, DESCRIPTOR]) },
    { why: 'no time', request: layOutRequest(1, [...FIELDS, TIMEOUT(0)]) },
    { why: 'too much time', request: layOutRequest(1, [...FIELDS, TIMEOUT(0x8000_0000)]) },
    { why: 'two times', request: layOutRequest(1, [...FIELDS, TIMEOUT(9), TIMEOUT(9)]) },
    { why: 'a word without a launcher', request: layOutRequest(1, [...DIRECT, FIELDS[1]!]) },
    {
      why: 'a fallback without a launcher',
      request: layOutRequest(1, [...DIRECT, stringField(TAG.fallbackArg, 'a')]),
    },
    { why: 'a descriptor without a launcher', request: layOutRequest(1, [...DIRECT, DESCRIPTOR]) },
    {
      why: 'a placeholder without a launcher',
      request: layOutRequest(1, [...DIRECT, REGISTRY, PLACE('/tmp/x')]),
    },
    { why: 'a mount without a launcher', request: layOutRequest(1, [...DIRECT, MOUNT(3, '/a\0')]) },
    { why: 'an unknown tag', request: layOutRequest(1, [...FIELDS, numberField(99, 0)]) },
    { why: 'a relative launcher', request: layOutRequest(1, [stringField(1, 'true'), ...FIELDS.slice(1)]) },
    { why: 'a string without NUL', request: layOutRequest(1, [...FIELDS, { tag: 2, bytes: bytes('abc') }]) },
    {
      why: 'a string with two NUL',
      request: layOutRequest(1, [...FIELDS, { tag: 2, bytes: bytes('a\0b\0') }]),
    },
    { why: 'a string of no bytes', request: layOutRequest(1, [...FIELDS, { tag: 2, bytes: bytes('') }]) },
    { why: 'padding that is not zero', request: layOutRequest(1, FIELDS).with(16 + 8 + 10, 1) },
  ])('$why', async ({ request }) => {
    expect(await send(request)).toEqual(REFUSED)
  })

  test('bytes that follow the request are not part of it', async () => {
    expect((await send(Buffer.concat([HARMLESS, HARMLESS]))).reports).toMatchObject([{ step: 'launcher' }])
  })
})

const ENTER_FIELDS = [stringField(TAG.arg, 'true'), stringField(TAG.cwd, '/'), numberField(TAG.lifetime, 2)]
const RULESET = (...masks: bigint[]): Field => ({
  tag: TAG.landlock,
  bytes: new Uint8Array(BigUint64Array.from(masks).buffer),
})
const RULE = (text: string): Field => ({
  tag: TAG.landlockRule,
  bytes: Uint8Array.from([4, 0, 0, 0, 0, 0, 0, 0, ...bytes(text)]),
})
const DROP = (value: number): Field => numberField(TAG.dropCapabilities, value)
const READING = RULESET(4n, 0n, 0n)

/** Started directly: whoever runs the tests can do that. */
const wrapDirect = (inner: Uint8Array): Uint8Array =>
  layOutRequest(1, [numberField(TAG.reraise, 0), { tag: TAG.enterRequest, bytes: inner }])

describe('a malformed enter request is refused', () => {
  test('and the same request, unharmed, is not', async () => {
    const inner = layOutRequest(2, [...ENTER_FIELDS, DROP(1), READING, RULE('/\0'), RULE('/usr\0')])
    const { reports } = await send(wrapDirect(inner))
    if (hasLandlock()) expect(reports).toMatchObject([{ kind: 'started' }, { kind: 'ended', exitCode: 0 }])
    else expect(reports).toMatchObject([{ step: 'landlock' }])
  })

  test.each([
    { why: 'no argument', fields: ENTER_FIELDS.slice(1) },
    { why: 'no directory', fields: ENTER_FIELDS.toSpliced(1, 1) },
    { why: 'two lifetimes', fields: [...ENTER_FIELDS, ENTER_FIELDS[2]!] },
    { why: 'lifetime 0', fields: ENTER_FIELDS.with(2, numberField(TAG.lifetime, 0)) },
    { why: 'lifetime 3', fields: ENTER_FIELDS.with(2, numberField(TAG.lifetime, 3)) },
    { why: 'half a lifetime', fields: ENTER_FIELDS.with(2, { tag: TAG.lifetime, bytes: bytes('\x02\0') }) },
    { why: 'capabilities dropped twice', fields: [...ENTER_FIELDS, DROP(1), DROP(1)] },
    { why: 'capabilities dropped 2', fields: [...ENTER_FIELDS, DROP(2)] },
    { why: 'two rulesets', fields: [...ENTER_FIELDS, READING, READING] },
    { why: 'a ruleset of nothing', fields: [...ENTER_FIELDS, RULESET(0n, 0n, 0n)] },
    { why: 'a ruleset of two masks', fields: [...ENTER_FIELDS, RULESET(4n, 0n)] },
    { why: 'a ruleset of four masks', fields: [...ENTER_FIELDS, RULESET(4n, 0n, 0n, 0n)] },
    { why: 'a rule without a ruleset', fields: [...ENTER_FIELDS, RULE('/\0')] },
    { why: 'a rule of half a mask', fields: [...ENTER_FIELDS, READING, { tag: 24, bytes: bytes('1234') }] },
    { why: 'a rule without a path', fields: [...ENTER_FIELDS, READING, RULE('')] },
    { why: 'a rule of an empty path', fields: [...ENTER_FIELDS, READING, RULE('\0')] },
    { why: 'a rule without NUL', fields: [...ENTER_FIELDS, READING, RULE('/')] },
    { why: 'a rule with two paths', fields: [...ENTER_FIELDS, READING, RULE('/\0/\0')] },
    { why: 'a rule of a relative path', fields: [...ENTER_FIELDS, READING, RULE('usr\0')] },
    { why: 'a rule with dots', fields: [...ENTER_FIELDS, READING, RULE('/usr/..\0')] },
    { why: 'a rule with a slash at the end', fields: [...ENTER_FIELDS, READING, RULE('/usr/\0')] },
    { why: 'a rule of 4096 bytes', fields: [...ENTER_FIELDS, READING, RULE(`/${'x'.repeat(4095)}\0`)] },
    {
      why: '4097 rules',
      fields: [...ENTER_FIELDS, READING, ...Array.from({ length: 4097 }, () => RULE('/\0'))],
    },
    { why: 'a tag of the other kind', fields: [...ENTER_FIELDS, TIMEOUT(9)] },
  ])('$why', async ({ fields }) => {
    expect(await send(wrapDirect(layOutRequest(2, fields)))).toEqual(REFUSED)
  })
})

/** A generator of numbers below `limit`: mulberry32, so that a seed gives the same run again. */
function random(seed: number): (limit: number) => number {
  let state = seed
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit
  }
}

const INTERESTING = [0, 1, 7, 8, 9, 15, 16, 17, 255, 4096, 0x7fff_ffff, 0x8000_0000, 0xffff_fff8, 0xffff_ffff]

function mutate(request: Uint8Array, below: (limit: number) => number): Uint8Array {
  let copy: Uint8Array = request.slice()
  for (let count = 1 + below(3); count > 0; count--) {
    const at = below(copy.length)
    const change = below(5)
    if (change === 0) copy[at] = below(256)
    if (change === 1) copy[at]! ^= 1 << below(8)
    if (change === 2) copy = withWord(copy, (at >> 2) << 2, INTERESTING[below(INTERESTING.length)]!)
    if (change === 3) copy = withWord(copy, 12, copy.length)
    if (change === 4 && copy.length > 64)
      copy = Uint8Array.from([...copy.subarray(0, at & ~7), ...copy.subarray((at & ~7) + 8)])
    if (copy.length % 4 !== 0) break
  }
  return copy
}

async function fuzz(count: number, makeRequest: (below: (limit: number) => number) => Uint8Array) {
  const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000)
  console.log(`FUZZ_SEED=${seed}`)
  const seen = new Map<string, number>()
  for (let at = 0; at < count; at += 8) {
    const seeds = Array.from({ length: 8 }, (_, index) => seed + at + index)
    const outcomes = await Promise.all(seeds.map((one) => send(makeRequest(random(one)))))
    for (const [index, { exitCode, signal, reports }] of outcomes.entries()) {
      const [first] = reports
      const key = first?.kind === 'failed' ? first.step : String(first?.kind)
      expect({ seed: seeds[index], signal, count: reports.length > 0 }).toEqual({
        seed: seeds[index],
        signal: null,
        count: true,
      })
      if (first?.kind === 'failed' && first.step !== 'exec')
        expect({ seed: seeds[index], exitCode }).toEqual({ seed: seeds[index], exitCode: 125 })
      seen.set(key, (seen.get(key) ?? 0) + 1)
    }
  }
  return Object.fromEntries(seen)
}

describe('fuzzing', () => {
  test('3000 changed supervise requests are refused, or what they still say is done', async () => {
    const seen = await fuzz(3000, (below) => mutate(HARMLESS, below))
    expect(Object.keys(seen).toSorted()).toEqual(['launcher', 'request'])
    expect(seen['request']).toBeGreaterThan(1000)
  }, 120_000)

  test('1500 changed requests with placeholders are refused, or leave nothing behind', async () => {
    const rooms = join(workshop.directory, 'rooms')
    mkdirSync(rooms)
    // One for each: a changed request can rely on a directory that another one makes, and not say so.
    const makeRequest = (): Uint8Array => {
      const room = mkdtempSync(join(rooms, 'room-'))
      const directories = ['a', 'a/b', 'c'].map((name) => ({ path: join(room, name) }))
      const files = [
        { path: join(room, 'c/d'), content: '.\n' },
        { path: join(room, 'e'), content: '' },
      ]
      return encodeSuperviseRequest(
        superviseRequest({
          launcher: '/bin/true',
          launcherArgv: ['true'],
          registry: join(workshop.directory, 'registry'),
          placeholders: [...directories, ...files],
        }),
      )
    }
    const seen = await fuzz(1500, (below) => mutate(makeRequest(), below))
    expect(Object.keys(seen)).toEqual(expect.arrayContaining(['launcher', 'placeholder', 'request']))
    const names = readdirSync(rooms, { recursive: true }) as string[]
    expect(names.filter((name) => name.includes('/'))).toEqual([])
    expect(names.length).toBeGreaterThanOrEqual(1500)
  }, 120_000)

  test('1500 changed requests without a launcher are refused, or what they still say is done', async () => {
    const enter = enterRequest({
      lifetime: 'subreaper',
      dropCapabilities: true,
      limits: [{ resource: 'nofile', soft: 64, hard: 64 }],
      landlock: {
        handledAccessFs: 0xfn,
        handledAccessNet: 0n,
        scoped: 0n,
        rules: [
          { path: '/', access: 0xfn },
          { path: '/usr', access: 0xfn },
        ],
      },
    })
    const request = encodeSuperviseRequest({ enter, setupTimeoutMs: 60_000, reraise: false })
    const seen = await fuzz(1500, (below) => mutate(request, below))
    expect(seen['request']).toBeGreaterThan(500)
    expect(Object.keys(seen)).toEqual(
      expect.arrayContaining([hasLandlock() ? 'started' : 'landlock', 'request']),
    )
  }, 120_000)

  test.skipIf(reasonToSkip())(
    '600 changed enter requests are refused by enter, or what they still say is done',
    async () => {
      const enter = encodeEnterRequest(
        enterRequest({
          env: { PATH: '/usr/bin:/bin', A: 'b' },
          filter: Uint8Array.of(6, 0, 0, 0, 0, 0, 0xff, 0x7f), // return SECCOMP_RET_ALLOW
          limits: [{ resource: 'nofile', soft: 64, hard: 64 }],
          lifetime: 'pid-namespace',
          dropCapabilities: true,
        }),
      )
      const launcher = [stringField(1, '/usr/bin/bwrap'), ...bwrapArgv().map((word) => stringField(2, word))]
      const wrap = (inner: Uint8Array) =>
        layOutRequest(1, [...launcher, numberField(5, 0), { tag: 4, bytes: inner }])
      expect((await send(wrap(enter))).reports).toMatchObject([
        { kind: 'started' },
        { kind: 'ended', exitCode: 0 },
      ])
      const seen = await fuzz(600, (below) => wrap(mutate(enter, below)))
      expect(seen['request']).toBeGreaterThan(200)
    },
    120_000,
  )
})
