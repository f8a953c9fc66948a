import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  parseFileSystemPolicy,
  parseNetworkPolicy,
  parseSandboxPolicy,
  printFileSystemPolicy,
  printNetworkPolicy,
  printSandboxPolicy,
} from '../../src/index.js'
import { textsNear } from '../arbitraries.js'
import { issuesOf, orInvalid } from '../support.js'
import { anyFileSystemPolicy, anySandboxPolicy } from './arbitraries.js'

interface Format<Value> {
  readonly name: string
  readonly parse: (text: string) => Value
  readonly print: (value: Value) => string
  readonly values: fc.Arbitrary<Value>
  /** Strings that mean something in the format. */
  readonly words: readonly string[]
}

function format<Value>({ name, parse, print, values, words }: Format<Value>) {
  return {
    name,
    /** Whether `text` was accepted; fails if then it is not what is printed. */
    accepts(text: string): boolean {
      const value = orInvalid(() => parse(text))
      if (value === undefined) return false
      JSON.parse(text)
      const printed = print(value)
      expect(parse(printed)).toEqual(value)
      expect(print(parse(printed))).toBe(printed)
      return true
    },
    issues: (text: string) => issuesOf(() => parse(text)),
    valid: values.map((value) => ({ value, back: () => parse(print(value)) })),
    texts: textsNear(values.map(print), words),
  }
}

const access = ['type', 'access', 'full-access', 'restricted', 'read_only_access', 'readable_roots']

const FORMATS = [
  format({
    name: 'parseSandboxPolicy',
    parse: parseSandboxPolicy,
    print: printSandboxPolicy,
    values: anySandboxPolicy,
    words: [...access, 'mode', 'read-only', 'workspace-write', 'network_access', 'enabled', '/a'],
  }),
  format({
    name: 'parseFileSystemPolicy',
    parse: parseFileSystemPolicy,
    print: printFileSystemPolicy,
    values: anyFileSystemPolicy,
    words: ['kind', 'restricted', 'unrestricted', 'entries', 'path', 'access', 'none', '/a'],
  }),
  format({
    name: 'parseNetworkPolicy',
    parse: parseNetworkPolicy,
    print: printNetworkPolicy,
    values: fc.constantFrom('restricted', 'enabled'),
    words: ['restricted', 'enabled'],
  }),
]

describe.each(FORMATS)('$name', ({ accepts, issues, valid, texts }) => {
  test('gives back what was printed', () => {
    fc.assert(
      fc.property(valid, ({ value, back }) => {
        expect(back()).toEqual(value)
      }),
      { numRuns: 2000 },
    )
  })

  test('gives what prints as it reads, or PolicyInvalidError with a place, whatever the text', () => {
    let accepted = 0
    fc.assert(
      fc.property(texts, (text) => {
        if (accepts(text)) {
          accepted++
          return
        }
        const found = issues(text)
        expect(found.length).toBeGreaterThan(0)
        for (const { line, column, message } of found) {
          expect(message).toMatch(/^\S.*\S$/s)
          expect(Math.min(line ?? 0, column ?? 0)).toBeGreaterThan(0)
        }
      }),
      { numRuns: 5000 },
    )
    expect(accepted).toBeGreaterThan(500)
    expect(accepted).toBeLessThan(4500)
  })
})
