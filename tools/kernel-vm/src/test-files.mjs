import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { REPOSITORY } from './cache.mjs'

const TESTS = join(REPOSITORY, 'tools/sandbox-tests/test')

/**
 * The files that `names` mean, as they are called in a guest.
 *
 * @param {readonly string[]} names - folders, or files without their endings
 * @returns {string[]}
 * @throws {Error} for a name that means nothing
 */
export function testFiles(names) {
  const all = readdirSync(TESTS, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts'))
    .map((path) => path.replace(/\.test\.ts$/, ''))
  const chosen = names.map((name) => all.filter((path) => path === name || path.startsWith(`${name}/`)))
  const nothing = names.filter((_, index) => chosen[index]?.length === 0)
  if (nothing.length > 0) throw new Error(`there are no tests ${nothing.join(', ')}`)
  return chosen.flat().map((path) => join(relative(REPOSITORY, TESTS), `${path}.test.js`))
}
