import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { encodeEnterRequest, encodeSuperviseRequest, type LaunchOperation } from '../../src/index.js'
import { layOutRequest, numberField, stringField } from '../../src/protocol/fields.js'
import { enterRequest, superviseRequest } from '../samples.js'
import { openWorkshop, reasonToSkip, reasonToSkipNative } from './host.js'
import { hasLandlock } from './landlock.js'
import { bwrapArgv } from './run.js'
import { HARMLESS, send, withWord } from './sent-requests.js'

const workshop = openWorkshop()
afterAll(workshop.remove)

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
    const outcomes = await Promise.all(seeds.map((one) => send(workshop.program, makeRequest(random(one)))))
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
    // A tag can become that of a route or of a listener, rarely.
    const { listeners: _listeners, ...often } = seen
    expect(Object.keys(often).toSorted()).toEqual(['launcher', 'request'])
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

  test.skipIf(reasonToSkipNative())(
    '1500 changed requests for a native launch are refused, or what they still say is done',
    async () => {
      const room = join(workshop.directory, 'native')
      mkdirSync(join(room, 'inner'), { recursive: true })
      writeFileSync(join(room, 'file'), '')
      const operations: LaunchOperation[] = [
        { type: 'root', access: 'read', devices: false },
        { type: 'dev' },
        { type: 'proc' },
        { type: 'tmpfs', target: join(room, 'inner'), mode: 0o755 },
        { type: 'bind', source: room, target: join(room, 'inner/made'), access: 'write' },
        { type: 'symlink', target: join(room, 'inner/link'), to: 'made' },
        { type: 'directory', target: join(room, 'inner/directory'), mode: 0o700 },
        { type: 'mask-file', target: join(room, 'file') },
        { type: 'mask-directory', target: join(room, 'inner/directory'), traversable: false },
        { type: 'remount-read-only', target: join(room, 'inner') },
      ]
      const request = encodeSuperviseRequest({
        namespaces: ['pid', 'network'],
        operations,
        fallbackOperations: operations.slice(0, 2),
        enter: enterRequest({ argv: ['/bin/true'], dropCapabilities: true }),
        reraise: false,
      })
      expect((await send(workshop.program, request)).reports).toMatchObject([
        { kind: 'started' },
        { kind: 'ended', exitCode: 0 },
      ])
      const seen = await fuzz(1500, (below) => mutate(request, below))
      expect(seen['request']).toBeGreaterThan(500)
      expect(Object.keys(seen)).toEqual(expect.arrayContaining(['mounts', 'request', 'started']))
      expect(readdirSync(room, { recursive: true }).toSorted()).toEqual(['file', 'inner'])
    },
    120_000,
  )

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
      expect((await send(workshop.program, wrap(enter))).reports).toMatchObject([
        { kind: 'started' },
        { kind: 'ended', exitCode: 0 },
      ])
      const seen = await fuzz(600, (below) => wrap(mutate(enter, below)))
      expect(seen['request']).toBeGreaterThan(200)
    },
    120_000,
  )
})
