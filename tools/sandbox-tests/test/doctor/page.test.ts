import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FINDING_SEVERITIES } from 'linux-sandbox'
import { expect, test } from 'vitest'
import { repositoryRoot } from '../../support/stage.ts'

test('docs/hosts.md has a line for each finding, with its severity, and for nothing else', () => {
  const page = readFileSync(join(repositoryRoot(), 'docs/hosts.md'), 'utf8')
  const rows = [...page.matchAll(/^\| `([a-z\d-]+)` +\| (ok|warning|problem) +\| (.*?) *\| (.*?) *\|$/gm)]
  const documented = rows.map(([, id = '', severity = '']) => [id, severity])
  expect(documented.toSorted()).toEqual(Object.entries(FINDING_SEVERITIES).toSorted())
  for (const [row, , severity, meaning, remedy] of rows) {
    expect(meaning, row).not.toBe('')
    expect(remedy === '', row).toBe(severity === 'ok')
  }
})
