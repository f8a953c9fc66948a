import { PolicyInvalidError } from '@linux-sandbox/errors'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  LANDLOCK_RULES_MAX,
  MOUNTS_MAX,
  PLACEHOLDER_CONTENT_MAX,
  PLACEHOLDERS_MAX,
  PROTOCOL_VERSION,
  encodeEnterRequest,
  encodeSuperviseRequest,
  type EnterRequest,
  type ExpectedMount,
  type LandlockRuleset,
  type ResourceLimit,
  type SuperviseRequest,
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

function issuesOf(encode: () => unknown): PolicyInvalidError['issues'] {
  try {
    encode()
  } catch (error) {
    if (error instanceof PolicyInvalidError) return error.issues
    throw error
  }
  return []
}

describe('what is encoded', () => {
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

function rulesetWith(parts: Partial<LandlockRuleset>): LandlockRuleset {
  return { handledAccessFs: 0n, handledAccessNet: 0n, scoped: 0n, rules: [], ...parts }
}

describe('what is refused', () => {
  const cases: { why: string; parts: Partial<EnterRequest>; path: (string | number)[] }[] = [
    { why: 'no argv', parts: { argv: [] }, path: ['argv'] },
    { why: 'NUL in an argument', parts: { argv: ['a', 'b\0c'] }, path: ['argv', 1] },
    { why: 'half of a pair in an argument', parts: { argv: ['\ud800'] }, path: ['argv', 0] },
    { why: 'NUL in a value', parts: { env: { A: '\0' } }, path: ['env', 'A'] },
    { why: 'NUL in a name', parts: { env: { 'A\0': '' } }, path: ['env', 'A\0'] },
    { why: 'empty name', parts: { env: { '': 'x' } }, path: ['env', ''] },
    { why: '= in a name', parts: { env: { 'A=B': 'x' } }, path: ['env', 'A=B'] },
    { why: 'relative cwd', parts: { cwd: 'src' }, path: ['cwd'] },
    { why: 'empty cwd', parts: { cwd: '' }, path: ['cwd'] },
    { why: 'NUL in cwd', parts: { cwd: '/\0' }, path: ['cwd'] },
    { why: 'empty filter', parts: { filter: new Uint8Array(0) }, path: ['filter'] },
    { why: 'half an instruction', parts: { filter: new Uint8Array(12) }, path: ['filter'] },
    { why: '4097 instructions', parts: { filter: new Uint8Array(4097 * 8) }, path: ['filter'] },
    {
      why: 'soft above hard',
      parts: { limits: [{ resource: 'nofile', soft: 2, hard: 1n }] },
      path: ['limits', 0, 'soft'],
    },
    {
      why: 'soft unlimited, hard not',
      parts: { limits: [{ resource: 'nofile', soft: 'unlimited', hard: 1 }] },
      path: ['limits', 0, 'soft'],
    },
    {
      why: 'a negative limit',
      parts: { limits: [{ resource: 'cpu', soft: -1, hard: 1 }] },
      path: ['limits', 0, 'soft'],
    },
    {
      why: 'a limit beyond 64 bits',
      parts: { limits: [{ resource: 'cpu', soft: 1, hard: 1n << 64n }] },
      path: ['limits', 0, 'hard'],
    },
    {
      why: 'an unknown resource',
      parts: { limits: [{ resource: 'toString' as 'cpu', soft: 1, hard: 1 }] },
      path: ['limits', 0, 'resource'],
    },
    { why: 'an unknown lifetime', parts: { lifetime: 'toString' as 'subreaper' }, path: ['lifetime'] },
    { why: 'Landlock for nothing', parts: { landlock: rulesetWith({}) }, path: ['landlock'] },
    {
      why: 'a mask below 0',
      parts: { landlock: rulesetWith({ scoped: -1n }) },
      path: ['landlock', 'scoped'],
    },
    {
      why: 'a mask beyond 64 bits',
      parts: { landlock: rulesetWith({ handledAccessNet: 1n << 64n }) },
      path: ['landlock', 'handledAccessNet'],
    },
    {
      why: 'a mask that is no bigint',
      parts: { landlock: rulesetWith({ handledAccessFs: 1 as unknown as bigint }) },
      path: ['landlock', 'handledAccessFs'],
    },
    {
      why: 'too many rules',
      parts: {
        landlock: rulesetWith({
          handledAccessFs: 1n,
          rules: Array.from({ length: LANDLOCK_RULES_MAX + 1 }, () => ({ path: '/a', access: 1n })),
        }),
      },
      path: ['landlock', 'rules'],
    },
    ...[
      { why: 'a relative path', rule: { path: 'a', access: 1n }, name: 'path' },
      { why: 'dots', rule: { path: '/a/..', access: 1n }, name: 'path' },
      { why: 'no right', rule: { path: '/', access: 0n }, name: 'access' },
      { why: 'a right that is not handled', rule: { path: '/', access: 4n }, name: 'access' },
    ].map(({ why, rule, name }) => ({
      why: `a rule with ${why}`,
      parts: { landlock: rulesetWith({ handledAccessFs: 3n, rules: [{ path: '/a', access: 2n }, rule] }) },
      path: ['landlock', 'rules', 1, name],
    })),
  ]

  test.each(cases)('enter request: $why', ({ parts, path }) => {
    expect(issuesOf(() => encodeEnterRequest(enterRequest(parts))).map((issue) => issue.path)).toEqual([path])
    const outer = issuesOf(() => encodeSuperviseRequest(superviseRequest({ enter: enterRequest(parts) })))
    expect(outer.map((issue) => issue.path)).toEqual([['enter', ...path]])
  })

  const outerCases: { why: string; parts: Partial<SuperviseRequest>; path: (string | number)[] }[] = [
    { why: 'relative launcher', parts: { launcher: 'bwrap' }, path: ['launcher'] },
    { why: 'no launcher argv', parts: { launcherArgv: [] }, path: ['launcherArgv'] },
    { why: 'NUL in a launcher word', parts: { launcherArgv: ['\0'] }, path: ['launcherArgv', 0] },
    {
      why: 'a placeholder without a registry',
      parts: { placeholders: [{ path: '/a' }] },
      path: ['placeholders'],
    },
    { why: 'a relative registry', parts: { registry: 'run' }, path: ['registry'] },
    { why: 'the root as registry', parts: { registry: '/' }, path: ['registry'] },
    {
      why: 'dots in a placeholder',
      parts: { registry: '/r', placeholders: [{ path: '/a' }, { path: '/a/../b' }] },
      path: ['placeholders', 1, 'path'],
    },
    {
      why: 'a slash at the end of a placeholder',
      parts: { registry: '/r', placeholders: [{ path: '/a/' }] },
      path: ['placeholders', 0, 'path'],
    },
    {
      why: 'a placeholder of 4096 bytes',
      parts: { registry: '/r', placeholders: [{ path: `/${'ä'.repeat(2047)}x` }] },
      path: ['placeholders', 0, 'path'],
    },
    {
      why: 'a relative placeholder with content',
      parts: { registry: '/r', placeholders: [{ path: 'a', content: '' }] },
      path: ['placeholders', 0, 'path'],
    },
    {
      why: 'content of 4097 bytes',
      parts: { registry: '/r', placeholders: [{ path: '/a', content: `${'ä'.repeat(2048)}x` }] },
      path: ['placeholders', 0, 'content'],
    },
    {
      why: 'half of a pair in content',
      parts: { registry: '/r', placeholders: [{ path: '/a', content: '\udc00' }] },
      path: ['placeholders', 0, 'content'],
    },
    {
      why: 'NUL in content',
      parts: { registry: '/r', placeholders: [{ path: '/a', content: 'a\0' }] },
      path: ['placeholders', 0, 'content'],
    },
    {
      why: 'too many placeholders',
      parts: {
        registry: '/r',
        placeholders: Array.from({ length: PLACEHOLDERS_MAX + 1 }, () => ({ path: '/a' })),
      },
      path: ['placeholders'],
    },
    {
      why: 'a relative target',
      parts: { mounts: [{ expectation: 'masked-file', target: 'a' }] },
      path: ['mounts', 0, 'target'],
    },
    {
      why: 'the root as source',
      parts: { mounts: [{ expectation: 'bound', target: '/a', source: '/' }] },
      path: ['mounts', 0, 'source'],
    },
    {
      why: 'an unknown expectation',
      parts: { mounts: [{ expectation: 'toString' as 'masked-file', target: '/a' }] },
      path: ['mounts', 0, 'expectation'],
    },
    {
      why: 'too many mounts',
      parts: {
        mounts: Array.from({ length: MOUNTS_MAX + 1 }, () => ({ expectation: 'masked-file', target: '/a' })),
      },
      path: ['mounts'],
    },
    { why: 'empty fallback argv', parts: { fallbackArgv: [] }, path: ['fallbackArgv'] },
    ...[0, -1, 1.5, 2 ** 31].map((setupTimeoutMs) => ({
      why: `a limit of ${setupTimeoutMs} ms`,
      parts: { setupTimeoutMs },
      path: ['setupTimeoutMs'],
    })),
    ...[-1, 2.5, 2 ** 31].map((launcherDescriptor) => ({
      why: `descriptor ${launcherDescriptor}`,
      parts: { launcherDescriptor },
      path: ['launcherDescriptor'],
    })),
  ]

  test.each(outerCases)('supervise request: $why', ({ parts, path }) => {
    const issues = issuesOf(() => encodeSuperviseRequest(superviseRequest(parts)))
    expect(issues.map((issue) => issue.path)).toEqual([path])
  })

  test('without a launcher, what only one makes sense of', () => {
    const request: SuperviseRequest = {
      enter: enterRequest(),
      reraise: false,
      launcherArgv: ['bwrap'],
      launcherDescriptor: 3,
      fallbackArgv: ['bwrap'],
      registry: '/r',
      placeholders: [{ path: '/a' }],
      mounts: [{ expectation: 'masked-file', target: '/a' }],
    }
    expect(issuesOf(() => encodeSuperviseRequest(request)).map(({ path }) => path.join('.'))).toEqual([
      'launcherArgv',
      'launcherDescriptor',
      'fallbackArgv',
      'placeholders',
      'mounts',
      'enter.lifetime',
    ])
    const { launcherArgv: _, ...launcherAlone } = superviseRequest()
    expect(issuesOf(() => encodeSuperviseRequest(launcherAlone))).toEqual([
      { path: ['launcherArgv'], message: 'is empty' },
    ])
  })

  test('all issues are listed at once', () => {
    const request = superviseRequest({ launcher: 'bwrap', enter: enterRequest({ argv: [], cwd: '.' }) })
    expect(issuesOf(() => encodeSuperviseRequest(request))).toEqual([
      { path: ['launcher'], message: 'is not an absolute path' },
      { path: ['enter', 'argv'], message: 'is empty' },
      { path: ['enter', 'cwd'], message: 'is not an absolute path' },
    ])
  })

  test('more than 16 MiB', () => {
    const enter = enterRequest({ argv: ['x'.repeat(16 * 1024 * 1024)] })
    expect(issuesOf(() => encodeSuperviseRequest(superviseRequest({ enter })))).toHaveLength(1)
    const fits = enterRequest({ argv: ['x'.repeat(15 * 1024 * 1024)] })
    expect(issuesOf(() => encodeSuperviseRequest(superviseRequest({ enter: fits })))).toEqual([])
  })
})
