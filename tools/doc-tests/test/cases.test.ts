import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../src/blocks.ts'

const SANDBOX_TESTS = 'tools/sandbox-tests/test'
const CASES = join(ROOT, SANDBOX_TESTS, 'cases')

/** Every test that docs/cases.md names: its file, from the root of the repository, and its title. */
const named = readFileSync(join(ROOT, 'docs/cases.md'), 'utf8')
  .split(/[|\n]|<br>/)
  .flatMap((cell) => {
    const [, path, title] = /^\s*`(\S+\.test\.ts)`: (.*\S)\s*$/.exec(cell) ?? []
    if (path === undefined || title === undefined) return []
    return [{ file: path.startsWith('packages/') ? path : join(SANDBOX_TESTS, path), title }]
  })

test('there are tests in the list of cases', () => {
  expect(named.length).toBeGreaterThan(50)
})

test.each(named)('$file has the test "$title"', ({ file, title }) => {
  const path = join(ROOT, file)
  expect(existsSync(path)).toBe(true)
  expect(titlesIn(readFileSync(path, 'utf8'))).toContain(title)
})

test('every file of cases is in the list', () => {
  const files = readdirSync(CASES).filter((name) => name.endsWith('.test.ts'))
  const listed = new Set(named.map(({ file }) => file))
  expect(files.filter((name) => !listed.has(join(SANDBOX_TESTS, 'cases', name)))).toEqual([])
})

/** The strings that stand where a title does: first in a call, in a row of a table, or as the key of one. */
function titlesIn(source: string): string[] {
  const titles = source.matchAll(/(?:\(\s*|\b(?:act|why|row): )(['"])((?:(?!\1).)+)\1/g)
  const keys = source.matchAll(/^ *(['"])((?:(?!\1).)+)\1: /gm)
  return Array.from([...titles, ...keys], ([, , title = '']) => title)
}
