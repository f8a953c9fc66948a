import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

const LIMIT = 300
const TEST_LIMIT = 500

/** What oxlint, which has the same limits for JavaScript and TypeScript, does not read. */
const CHECKED = /\.(c|h|sh|py|mk)$/
const NOT_OURS = new Set(['bin', 'dist', 'node_modules'])

/**
 * A sentence for each file under packages and tools that is too long.
 *
 * @param {string} root
 * @returns {string[]}
 */
export function overlongFiles(root) {
  return ['packages', 'tools'].flatMap((folder) =>
    [...checkedFiles(join(root, folder))].flatMap((path) => {
      const limit = path.includes('/test/') ? TEST_LIMIT : LIMIT
      const lines = readFileSync(path, 'utf8').split('\n').length - 1
      return lines > limit ? [`${relative(root, path)} has ${lines} lines, ${limit} are allowed`] : []
    }),
  )
}

/**
 * @param {string} folder
 * @returns {Generator<string>}
 */
function* checkedFiles(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (NOT_OURS.has(entry.name) || entry.name.startsWith('.')) continue
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* checkedFiles(path)
    else if (CHECKED.test(entry.name)) yield path
  }
}
