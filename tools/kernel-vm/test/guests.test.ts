import { expect, test } from 'vitest'
import { GUESTS } from '../src/guests.mjs'
import { testFiles } from '../src/test-files.mjs'

test.each(GUESTS)('every test of $name is there, once', ({ tests }) => {
  const files = testFiles(tests)
  expect(files).toEqual([...new Set(files)])
})

test('a name means a file or a folder of tests', () => {
  expect(testFiles(['attacks/files'])).toEqual(['tools/sandbox-tests/test/attacks/files.test.js'])
  expect(testFiles(['cases']).length).toBeGreaterThan(1)
})

test('a name that means nothing is an error', () => {
  expect(() => testFiles(['cases', 'attacks/file'])).toThrow('there are no tests attacks/file')
})
