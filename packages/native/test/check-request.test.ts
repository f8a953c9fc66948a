import { PolicyInvalidError } from '@linux-sandbox/errors'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  LANDLOCK_RULES_MAX,
  MOUNTS_MAX,
  PLACEHOLDERS_MAX,
  encodeEnterRequest,
  encodeSuperviseRequest,
  type EnterRequest,
  type LandlockRuleset,
  type Route,
  type SuperviseRequest,
} from '../src/index.js'
import { enterRequest, superviseRequest } from './samples.js'

function issuesOf(encode: () => unknown): PolicyInvalidError['issues'] {
  try {
    encode()
  } catch (error) {
    if (error instanceof PolicyInvalidError) return error.issues
    throw error
  }
  return []
}

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
      'placeholders',
      'enter.lifetime',
      'launcherArgv',
      'launcherDescriptor',
      'fallbackArgv',
      'mounts',
    ])
    const { launcherArgv: _, ...launcherAlone } = superviseRequest()
    expect(issuesOf(() => encodeSuperviseRequest(launcherAlone))).toEqual([
      { path: ['launcherArgv'], message: 'is empty' },
    ])
  })

  test('without a launcher, routes that somebody has to lead on', () => {
    const enter = enterRequest({ lifetime: 'subreaper', listeners: [3128] })
    const issuesWith = (route: Route) =>
      issuesOf(() => encodeSuperviseRequest({ enter, reraise: false, routes: [route] }))
    const byte = Uint8Array.of(1)
    expect(issuesWith({ kind: 'tcp', address: '127.0.0.1', port: 1 })).toEqual([
      { path: ['routes'], message: 'needs a launcher' },
    ])
    expect(issuesWith({ kind: 'descriptor', descriptor: 9, offer: byte, answer: byte })).toEqual([])
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

describe('a path', () => {
  const component = fc.constantFrom('a', '.', '..', '', '.git', '...', 'ä', ' ', '\n', '.\0', '\ud800')
  const path = fc
    .tuple(fc.constantFrom('/', ''), fc.array(component))
    .map(([top, names]) => top + names.join('/'))

  test('is plain when every component is a name', () => {
    fc.assert(
      fc.property(path, (text) => {
        const names = text.slice(1).split('/')
        const isPlain =
          text.startsWith('/') &&
          names.every((name) => !['', '.', '..'].includes(name) && !/[\0\ud800]/.test(name))
        const issues = issuesOf(() => encodeSuperviseRequest(superviseRequest({ registry: text })))
        expect(issues.map((issue) => issue.path)).toEqual(isPlain ? [] : [['registry']])
      }),
    )
  })

  test.each([
    { bytes: 4095, unit: 'a', isRight: true },
    { bytes: 4096, unit: 'a', isRight: false },
    { bytes: 4095, unit: 'ä', isRight: true },
    { bytes: 4097, unit: 'ä', isRight: false },
    { bytes: 4094, unit: '€', isRight: true },
  ])('of $bytes bytes, most of them of $unit: $isRight', ({ bytes, unit, isRight }) => {
    const size = new TextEncoder().encode(unit).length
    const rest = bytes - 1
    const text = `/${'x'.repeat(rest % size)}${unit.repeat(Math.floor(rest / size))}`
    expect(new TextEncoder().encode(text)).toHaveLength(bytes)
    const issues = issuesOf(() => encodeSuperviseRequest(superviseRequest({ registry: text })))
    expect(issues).toHaveLength(isRight ? 0 : 1)
  })
})
