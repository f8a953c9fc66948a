import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileGlob } from '../src/globs.js'
import { absolutePath, joinPath, matchesGlob, nameTest, ANY_RUN } from '../src/index.js'

/** The test for the one name that `pattern` has. */
function testFor(pattern: string): (name: string) => boolean {
  const component = compileGlob(pattern, absolutePath('/'))[0]?.[0]
  if (component === undefined || component === ANY_RUN) throw new Error(`${pattern} has no name`)
  return nameTest(component)
}

test.each([
  { pattern: '.env', name: '.env', is: true, why: 'a literal name' },
  { pattern: '.env', name: '.envrc', is: false, why: 'is no prefix' },
  { pattern: '*.env', name: '.env', is: true, why: '* is nothing too' },
  { pattern: 'ab*ba', name: 'aba', is: false, why: 'start and end share no character' },
  { pattern: 'ab*ba', name: 'abba', is: true, why: 'but may touch' },
  { pattern: 'a?b', name: 'ab', is: false, why: '? is one character' },
  { pattern: 'a?b', name: 'a💾b', is: true, why: 'of one or two UTF-16 units' },
  { pattern: '💾*💾', name: '💾', is: false, why: 'and a start of two units is one character' },
  { pattern: 'a*b*c', name: 'a-b-c', is: true, why: 'a literal in the middle' },
  { pattern: 'a*b*c', name: 'a-c', is: false, why: 'that is missing' },
  { pattern: 'a*bc*d', name: 'abcd', is: true, why: 'that touches both ends' },
  { pattern: 'a*cd*d', name: 'abcd', is: false, why: 'but shares no character with them' },
  { pattern: '*b*b*', name: 'ab', is: false, why: 'two literals in the middle are two' },
  { pattern: 'id_[a-z]*', name: 'id_rsa', is: true, why: 'a class' },
  { pattern: 'id_[!a-z]*', name: 'id_rsa', is: false, why: 'a negated class' },
  { pattern: '*', name: '.', is: true, why: 'anything' },
])('$pattern is $name: $is ($why)', ({ pattern, name, is }) => {
  expect(testFor(pattern)(name)).toBe(is)
})

test('the test of a name and the glob of that name agree', () => {
  const pieces = fc.array(fc.constantFrom('a', 'b', '*', '?', '[ab]', '[!a]', '💾'), {
    minLength: 1,
    maxLength: 6,
  })
  const letters = fc.array(fc.constantFrom('a', 'b', 'c', '💾'), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(pieces, letters, (pattern, name) => {
      // `**` alone is no name; after an `a` it is.
      const glob = `a${pattern.join('')}`
      const text = `a${name.join('')}`
      const path = joinPath(absolutePath('/'), text)
      expect(testFor(glob)(text)).toBe(matchesGlob(compileGlob(glob, absolutePath('/')), path))
    }),
    { numRuns: 2000 },
  )
})
