import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { OPTIONAL, READ_ONLY, subsets, UNRESTRICTED } from '../support/flags.ts'
import { startHarness, type Harness, type Invocation } from '../support/harness.ts'

let harness: Harness

beforeAll(async () => {
  harness = await startHarness()
})
afterAll(() => harness.close())

async function expectSame(invocation: Invocation): Promise<string | undefined> {
  const { standalone, node } = await harness.both(invocation)
  expect(standalone, JSON.stringify(invocation)).toEqual(node)
  return node.request
}

/** With more flags than this a restricting policy means nothing new. */
const MOST_FLAGS = 3

test.each([
  { title: 'a policy that restricts nothing', profile: UNRESTRICTED, most: OPTIONAL.length },
  { title: 'a policy that restricts', profile: READ_ONLY, most: MOST_FLAGS },
])('the sets of flags, with $title', async ({ profile, most }) => {
  let requests = 0
  for (const flags of subsets(OPTIONAL).filter(({ length }) => length <= most)) {
    const words = [
      '--sandbox-policy-cwd',
      '/tmp',
      '--permission-profile',
      profile,
      ...flags.flat(),
      '--',
      'true',
    ]
    const request = await expectSame({ argv: words, env: { HTTP_PROXY: 'http://127.0.0.1:3128' } })
    if (request !== undefined) requests++
  }
  expect(requests).toBeGreaterThan(20)
})

const VALUES = [
  ...[
    READ_ONLY,
    UNRESTRICTED,
    '{}',
    '[',
    '{"type":1,"type":2}',
    '"enabled"',
    '"\\ud800"',
    '{"a":{"b":[1,tru]}}',
  ],
  ...[
    '/',
    '/tmp',
    'tmp',
    '',
    '901:/x',
    '-1',
    '--',
    '{"type":"read-only"}',
    '{"loopbackPorts":[70000]}',
    'é\u{1F600}',
  ],
]

test('random words', async () => {
  const names = OPTIONAL.map(([name]) => name)
  const others = [
    '--sandbox-policy-cwd',
    '--permission-profile',
    '-h',
    '-V',
    '--',
    '-',
    '--nope',
    '--no-prok',
    '-hV',
    '-x',
    '-\u{10000}',
  ]
  const flag = fc.constantFrom(...names, ...others)
  const value = fc.oneof(
    fc.constantFrom(...VALUES),
    fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
  )
  const joined = fc.tuple(flag, value).map(([name, text]) => `${name}=${text}`)
  const start = fc.constantFrom(
    ['--sandbox-policy-cwd', '/tmp'],
    ['--sandbox-policy-cwd', '/tmp', '--permission-profile', READ_ONLY],
    [],
  )
  const words = fc.array(fc.oneof(flag, value, joined), { maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(start, words, async (first, rest) => {
      await expectSame({ argv: [...first, ...rest] })
    }),
    { numRuns: 2000 },
  )
})
