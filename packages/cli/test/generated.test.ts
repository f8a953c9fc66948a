import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { manPage } from '../src/pages/man-page.ts'
import { optionTables } from '../src/pages/option-tables.ts'

/* `npx vitest run packages/cli --update` writes these files anew. */

const HEADER = 'Made from packages/cli/src/table by: npx vitest run packages/cli --update'

const MAN_PAGE = join(import.meta.dirname, '../man/linux-sandbox.1')
const DOCUMENT = join(import.meta.dirname, '../../../docs/command-line.md')

test('the manual page is the one of the table', async () => {
  await expect(manPage(HEADER)).toMatchFileSnapshot(MAN_PAGE)
})

test('the tables of docs/command-line.md are those of the table', async () => {
  const text = readFileSync(DOCUMENT, 'utf8')
  const [before, after] = text.split(/(?<=^<!-- made from .*-->\n)[^]*?(?=^<!-- end -->$)/m)
  expect([before, after]).toEqual([expect.any(String), expect.any(String)])
  await expect(`${before}\n${optionTables()}\n\n${after}`).toMatchFileSnapshot(DOCUMENT)
})

const hasGroff = spawnSync('groff', ['--version']).status === 0

test.skipIf(!hasGroff)('troff has nothing to say about the manual page, and prints what it says', () => {
  const { status, stdout, stderr } = spawnSync(
    'groff',
    ['-man', '-Tascii', '-ww', '-rLL=100n', '-P-c', '-P-b', '-P-u', MAN_PAGE],
    {
      encoding: 'utf8',
    },
  )
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toContain('linux-sandbox -P :read-only -- git log --oneline')
  expect(stdout).toContain('-P, --profile NAME')
  expect(stdout).toContain('linux-sandbox -C ~/project')
  expect(stdout).toContain('linux-sandbox completion bash > ~/.linux-sandbox.bash')
})
