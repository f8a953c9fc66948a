import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  PLACEHOLDER_CONTENT_MAX,
  PROTOCOL_VERSION,
  encodeEnterRequest,
  encodeSuperviseRequest,
  type ExpectedMount,
  type ResourceLimit,
} from '../src/index.js'
import { TAG } from '../src/protocol/constants.js'
import { decodeRequest, stringsOf } from './decode-request.js'
import { enterRequest, superviseRequest } from './samples.js'

/** Text that a request can carry: no NUL, no half of a surrogate pair. */
const text = fc.string({ unit: 'binary' }).map((value) => value.replaceAll('\0', ''))
const words = fc.array(text, { minLength: 1, maxLength: 8 })
const variables = fc.dictionary(
  text.filter((name) => name !== '' && !name.includes('=')),
  text,
)

describe('what is encoded', () => {
  test.each(['a', 'ä', '€', '\u{1f600}'])('texts of %s of every length', (unit) => {
    const argv = Array.from({ length: 300 }, (_, length) => unit.repeat(length))
    const decoded = decodeRequest(encodeEnterRequest(enterRequest({ argv })))
    expect(stringsOf(decoded, TAG.arg)).toEqual(argv)
    expect(stringsOf(decoded, TAG.cwd)).toEqual(['/'])
  })

  test('a supervise request reads back as it was given', () => {
    fc.assert(
      fc.property(
        words,
        words,
        words,
        variables,
        fc.boolean(),
        (launcherArgv, fallbackArgv, argv, env, reraise) => {
          const request = superviseRequest({
            launcherArgv,
            fallbackArgv,
            reraise,
            enter: enterRequest({ argv, env }),
          })
          const bytes = encodeSuperviseRequest(request)
          const decoded = decodeRequest(bytes)
          expect(decoded).toMatchObject({
            magic: 'LSBX',
            version: PROTOCOL_VERSION,
            kind: 1,
            size: bytes.length,
          })
          expect(stringsOf(decoded, TAG.launcher)).toEqual(['/usr/bin/bwrap'])
          expect(stringsOf(decoded, TAG.launcherArg)).toEqual(launcherArgv)
          expect(stringsOf(decoded, TAG.fallbackArg)).toEqual(fallbackArgv)
          const reraises = decoded.fields.filter(({ tag }) => tag === TAG.reraise)
          expect(reraises.map((field) => field.bytes.readUInt32LE())).toEqual([reraise ? 1 : 0])
          const inner = decodeRequest(decoded.fields.find(({ tag }) => tag === TAG.enterRequest)!.bytes)
          expect(inner).toMatchObject({ magic: 'LSBX', version: PROTOCOL_VERSION, kind: 2 })
          expect(stringsOf(inner, TAG.arg)).toEqual(argv)
          expect(stringsOf(inner, TAG.env)).toEqual(
            Object.entries(env).map(([name, value]) => `${name}=${value}`),
          )
          expect(stringsOf(inner, TAG.cwd)).toEqual(['/'])
        },
      ),
    )
  })

  test('a supervise request holds exactly the bytes of the enter request', () => {
    const enter = enterRequest({ argv: ['a', 'bc'], filter: new Uint8Array(16).fill(7) })
    const { fields } = decodeRequest(encodeSuperviseRequest(superviseRequest({ enter })))
    const inner = fields.find(({ tag }) => tag === TAG.enterRequest)!.bytes
    expect(new Uint8Array(inner)).toEqual(encodeEnterRequest(enter))
  })

  test('every field starts at a multiple of 8, so that the filter can be used where it lies', () => {
    fc.assert(
      fc.property(words, (argv) => {
        const filter = new Uint8Array(24).fill(0xab)
        const bytes = Buffer.from(
          encodeSuperviseRequest(superviseRequest({ enter: enterRequest({ argv, filter }) })),
        )
        expect(bytes.indexOf(filter) % 8).toBe(0)
      }),
    )
  })

  test('limits carry the resource number and both values', () => {
    const limits: ResourceLimit[] = [
      { resource: 'nofile', soft: 64, hard: 128n },
      { resource: 'as', soft: 1n << 40n, hard: 'unlimited' },
    ]
    const { fields } = decodeRequest(encodeEnterRequest(enterRequest({ limits })))
    const found = fields.filter(({ tag }) => tag === TAG.limit)
    expect(
      found.map(({ bytes }) => [
        bytes.length,
        bytes.readUInt32LE(0),
        bytes.readUInt32LE(4),
        bytes.readBigUInt64LE(8),
        bytes.readBigUInt64LE(16),
      ]),
    ).toEqual([
      [24, 7, 0, 64n, 128n],
      [24, 9, 0, 1n << 40n, 0xffff_ffff_ffff_ffffn],
    ])
  })
})

test('what a run without bwrap needs reads back as it was given', () => {
  const landlock = {
    handledAccessFs: 0xffffn,
    handledAccessNet: 3n,
    scoped: 1n << 63n,
    rules: [
      { path: '/', access: 4n },
      { path: '/käse', access: 0x8002n },
    ],
  }
  const enter = enterRequest({ lifetime: 'subreaper', dropCapabilities: true, landlock })
  const outer = decodeRequest(encodeSuperviseRequest({ enter, reraise: false, setupTimeoutMs: 30_000 }))
  expect(outer.fields.map(({ tag }) => tag)).toEqual([TAG.setupTimeout, TAG.reraise, TAG.enterRequest])
  expect(outer.fields[0]!.bytes.readUInt32LE()).toBe(30_000)
  const { fields } = decodeRequest(outer.fields[2]!.bytes)
  const bytesOf = (wanted: number) => fields.filter(({ tag }) => tag === wanted).map(({ bytes }) => bytes)
  expect(bytesOf(TAG.lifetime).map((bytes) => bytes.readUInt32LE())).toEqual([2])
  expect(bytesOf(TAG.dropCapabilities).map((bytes) => bytes.readUInt32LE())).toEqual([1])
  expect(
    bytesOf(TAG.landlock).map((bytes) => [
      bytes.length,
      ...[0, 8, 16].map((at) => bytes.readBigUInt64LE(at)),
    ]),
  ).toEqual([[24, 0xffffn, 3n, 1n << 63n]])
  expect(
    bytesOf(TAG.landlockRule).map((bytes) => [bytes.readBigUInt64LE(), bytes.toString('utf8', 8)]),
  ).toEqual([
    [4n, '/\0'],
    [0x8002n, '/käse\0'],
  ])
})

test('a launcher by descriptor reads back as it was given', () => {
  const { fields } = decodeRequest(encodeSuperviseRequest(superviseRequest({ launcherDescriptor: 7 })))
  const found = fields.filter(({ tag }) => tag === TAG.launcherDescriptor)
  expect(found.map(({ bytes }) => bytes.readUInt32LE())).toEqual([7])
})

test('expected mounts read back as they were given', () => {
  const mounts: ExpectedMount[] = [
    { expectation: 'bound', target: '/käse', source: '/quelle' },
    { expectation: 'bound-read-only', target: '/b', source: '/b' },
    { expectation: 'masked-file', target: '/c' },
    { expectation: 'masked-directory', target: '/d' },
    { expectation: 'fresh-directory', target: '/e' },
  ]
  const { fields } = decodeRequest(encodeSuperviseRequest(superviseRequest({ mounts })))
  const read = fields
    .filter(({ tag }) => tag === TAG.mount)
    .map(({ bytes }) => ({
      numbers: [bytes.readUInt32LE(0), bytes.readUInt32LE(4)],
      text: bytes.toString('utf8', 8),
    }))
  expect(read).toEqual([
    { numbers: [1, 0], text: '/käse\0/quelle\0' },
    { numbers: [2, 0], text: '/b\0/b\0' },
    { numbers: [3, 0], text: '/c\0' },
    { numbers: [4, 0], text: '/d\0' },
    { numbers: [5, 0], text: '/e\0' },
  ])
})

test('registry and placeholders read back as they were given', () => {
  const placeholders = [
    { path: '/repo/.git' },
    { path: '/repo/.git/commondir', content: '.\n' },
    { path: '/repo/ä b', content: 'ü'.repeat(PLACEHOLDER_CONTENT_MAX / 2) },
    { path: '/repo/ä b/.git' },
    { path: '/repo/empty', content: '' },
  ]
  const decoded = decodeRequest(
    encodeSuperviseRequest(superviseRequest({ registry: '/run/r', placeholders })),
  )
  expect(stringsOf(decoded, TAG.registry)).toEqual(['/run/r'])
  const found = decoded.fields.filter(({ tag }) => tag === TAG.placeholder || tag === TAG.placeholderFile)
  const read = found.map(({ tag, bytes }) => {
    const [path, content] = bytes.toString().split('\0')
    return tag === TAG.placeholderFile ? { path, content } : { path }
  })
  expect(read).toEqual(placeholders)
})
