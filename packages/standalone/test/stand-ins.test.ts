import * as nodePath from 'node:path'
import { parseArgs as nodeParseArgs } from 'node:util'
import * as fc from 'fast-check'
import { expect, test, vi } from 'vitest'

// What stands in for Node needs a host as soon as it is loaded, and here asks it for nothing else.
vi.stubGlobal('HOST_FUNCTIONS', { directory: () => process.cwd() })
vi.stubGlobal('NODE_ARCH', process.arch)
const { parseArgs } = await import('../src/node/parse-args.ts')
const path = await import('../src/node/path.ts')
const { URL: OwnUrl } = await import('../src/node/url.ts')

const RUNS = { numRuns: 5000 }

const somePath = fc
  .array(fc.constantFrom('/', '//', '.', '..', 'a', 'b.c', '...', 'é'), { maxLength: 8 })
  .map((parts) => parts.join(''))

test('paths are what they are to Node', () => {
  fc.assert(
    fc.property(somePath, somePath, (one, other) => {
      expect(path.join(one, other)).toBe(nodePath.join(one, other))
      expect(path.resolve(one, other)).toBe(nodePath.resolve(one, other))
      expect(path.dirname(one)).toBe(nodePath.dirname(one))
      expect(path.basename(one)).toBe(nodePath.basename(one))
      expect(path.isAbsolute(one)).toBe(nodePath.isAbsolute(one))
    }),
    RUNS,
  )
})

const NUMBERS = [
  '0',
  '1',
  '127',
  '255',
  '256',
  '0x7f',
  '0x',
  '0X1',
  '010',
  '08',
  '4294967295',
  '4294967296',
  '65535',
]
const PIECES = [
  '',
  '0',
  '1',
  'ffff',
  'FFFF',
  '7f00',
  '10000',
  'g',
  '127.0.0.1',
  '1.2.3',
  '256.1.1.1',
  '01.1.1.1',
]
const joined = (items: readonly string[], separator: string): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...items), { minLength: 1, maxLength: 9 }).map((parts) => parts.join(separator))

const host = fc.oneof(
  joined([...NUMBERS, 'a', 'localhost', '-', '_', 'LOCALHOST'], '.'),
  joined([...NUMBERS, 'x'], '.').map((text) => `${text}.`),
  joined(PIECES, ':').map((text) => `[${text}]`),
  fc
    .array(fc.constantFrom('0', '1', ''), { minLength: 8, maxLength: 8 })
    .map((parts) => `[${parts.join(':')}]`),
)

test('hosts are what they are to the URL standard', () => {
  fc.assert(
    fc.property(host, (text) => {
      const url = `http://${text}`
      expect(OwnUrl.canParse(url), url).toBe(URL.canParse(url))
      if (URL.canParse(url)) expect(new OwnUrl(url).hostname).toBe(new URL(url).hostname)
    }),
    RUNS,
  )
})

const OPTIONS = {
  switch: { type: 'boolean', short: 's' },
  text: { type: 'string', short: 't' },
  many: { type: 'string', multiple: true },
  plain: { type: 'string' },
} as const

const WORDS = [
  '--switch',
  '--text',
  '--many',
  '--plain',
  '--nope',
  '-s',
  '-t',
  '-st',
  '-tx',
  '-ts',
  '-sx',
  '-s-t',
  '--',
  '-',
]
const VALUES = [
  'x',
  '',
  '-1',
  '--text=y',
  '--text=',
  '--switch=z',
  '--many=1',
  '--=x',
  '--x=',
  '-é',
  '---',
  'a=b',
]

test('arguments are cut as Node cuts them, and refused in its words', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...WORDS, ...VALUES), { maxLength: 6 }),
      fc.boolean(),
      (args, strict) => {
        const outcome = (parse: () => { values: object; tokens?: readonly object[] }): unknown => {
          try {
            const { values, tokens = [] } = parse()
            return { values: { ...values }, tokens: untilOptionsEnd(tokens.map((token) => pick(token))) }
          } catch (error) {
            return (error as Error).message.split(/\. |\n/)[0]
          }
        }
        const own = outcome(() => parseArgs({ args, options: OPTIONS, strict }))
        const nodes = outcome(() =>
          nodeParseArgs({ args, options: OPTIONS, strict, tokens: true, allowPositionals: true }),
        )
        expect(own).toEqual(nodes)
      },
    ),
    RUNS,
  )
})

interface Token {
  readonly kind: string
  readonly index: number
  readonly name?: string
}

/** What is read of a token. */
function pick(token: object): Token {
  const { kind, index, name } = token as Token
  return name === undefined ? { kind, index } : { kind, index, name }
}

/** Nothing after the first word that is no option is read. */
function untilOptionsEnd(tokens: readonly Token[]): readonly Token[] {
  const end = tokens.findIndex(({ kind }) => kind !== 'option')
  return end < 0 ? tokens : tokens.slice(0, end + 1)
}
