import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { FS_RIGHTS, LANDLOCK_ABIS, landlockRuleset, NET_RIGHTS, SCOPES } from '../src/index.ts'
import { DISK, diskOf, policyOf } from './support.ts'

const rows = readFileSync(join(import.meta.dirname, '../../../docs/landlock.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) => line.split('|').map((cell) => cell.trim()))

test('the table of the page has every ABI with what it brought', () => {
  const rights = Object.entries({ ...FS_RIGHTS, ...NET_RIGHTS, ...SCOPES })
  const expected = LANDLOCK_ABIS.map(({ abi, linux }) => {
    const brought = rights.filter(([, right]) => right.abi === abi).map(([name]) => `\`${name}\``)
    return [String(abi), linux, brought.length === 0 ? 'nothing' : brought.join(', ')]
  })
  const found = rows.filter(([, abi = '']) => /^\d+$/.test(abi)).map((cells) => cells.slice(1, 4))
  expect(found).toEqual(expected)
})

test('the page has every limit, and from which ABI on it is gone', () => {
  const limitsWith = (abi: number) =>
    landlockRuleset(policyOf(['read :root', 'write /w']), { abi, disk: diskOf(DISK) }).notes.flatMap(
      (note) => ('limit' in note ? [note.limit] : []),
    )
  const found = rows.flatMap(([, limit = '', when = '']) => {
    const [, name] = /^`([a-z-]+)`$/.exec(limit) ?? []
    const [, abi] = /^(?:before ABI (\d+)|always)$/.exec(when) ?? [undefined, undefined]
    return name === undefined ? [] : [{ name, abi: abi === undefined ? Infinity : Number(abi) }]
  })
  expect(found).toHaveLength(new Set(limitsWith(1)).size)
  for (const { abi } of LANDLOCK_ABIS) {
    const expected = found.filter((one) => abi < one.abi).map(({ name }) => name)
    expect(new Set(limitsWith(abi))).toEqual(new Set(expected))
  }
})
