import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { absolutePath } from '@linux-sandbox/policy'
import {
  downgrade,
  FS_RIGHTS,
  isEmpty,
  LANDLOCK_ABIS,
  maskOf,
  NET_RIGHTS,
  rightsIn,
  SCOPES,
  type LandlockRuleset,
} from '../src/index.ts'
import { readable } from './support.ts'

/** Every right there is, allowed on one path. */
const ALL: LandlockRuleset = {
  handledAccessFs: maskOf(FS_RIGHTS),
  handledAccessNet: maskOf(NET_RIGHTS),
  scoped: maskOf(SCOPES),
  rules: [{ path: absolutePath('/w'), access: maskOf(FS_RIGHTS) }],
}

test.each([
  { abi: 1, fs: 0x1fff, net: 0, scopes: 0, linux: '5.13' },
  { abi: 2, fs: 0x3fff, net: 0, scopes: 0, linux: '5.19' },
  { abi: 3, fs: 0x7fff, net: 0, scopes: 0, linux: '6.2' },
  { abi: 4, fs: 0x7fff, net: 3, scopes: 0, linux: '6.7' },
  { abi: 5, fs: 0xffff, net: 3, scopes: 0, linux: '6.10' },
  { abi: 6, fs: 0xffff, net: 3, scopes: 3, linux: '6.12' },
  { abi: 7, fs: 0xffff, net: 3, scopes: 3, linux: '6.15' },
  { abi: 8, fs: 0xffff, net: 3, scopes: 3, linux: '7.0' },
  { abi: 9, fs: 0x1ffff, net: 3, scopes: 3, linux: '7.1' },
  { abi: 10, fs: 0x1ffff, net: 15, scopes: 3, linux: '7.2' },
  { abi: 11, fs: 0x1ffff, net: 15, scopes: 3, linux: '7.3' },
])('ABI $abi, of Linux $linux, has exactly its bits', ({ abi, fs, net, scopes, linux }) => {
  const { ruleset } = downgrade(ALL, abi)
  expect(ruleset).toEqual({
    handledAccessFs: BigInt(fs),
    handledAccessNet: BigInt(net),
    scoped: BigInt(scopes),
    rules: [{ path: '/w', access: BigInt(fs) }],
  })
  expect(LANDLOCK_ABIS[abi - 1]).toMatchObject({ abi, linux })
})

test('an ABI that is newer than the table is taken for the newest in it', () => {
  const newest = LANDLOCK_ABIS.length
  expect(downgrade(ALL, newest + 1)).toEqual(downgrade(ALL, newest))
  expect(downgrade(ALL, newest)).toEqual({ ruleset: ALL, lost: [] })
})

test('what a kernel lacks is told by name, and a rule that gives nothing any more is left out', () => {
  const rules = [
    { path: absolutePath('/a'), access: maskOf(FS_RIGHTS, ['truncate']) },
    { path: absolutePath('/b'), access: maskOf(FS_RIGHTS, ['truncate', 'execute']) },
  ]
  const { ruleset, lost } = downgrade(
    { handledAccessFs: maskOf(FS_RIGHTS, ['truncate', 'execute']), handledAccessNet: 1n, scoped: 2n, rules },
    2,
  )
  expect(readable(ruleset)).toEqual({ fs: 'execute', net: '', scopes: '', rules: ['/b: execute'] })
  expect(lost).toEqual(['truncate', 'bind-tcp', 'signal'])
})

const mask = (table: Parameters<typeof maskOf>[0]) =>
  fc.subarray(Object.keys(table)).map((names) => maskOf(table, names))

test('a downgrade only takes away, a later ABI never has less, and what is taken is what is lost', () => {
  const rulesets = fc.record({
    handledAccessFs: mask(FS_RIGHTS),
    handledAccessNet: mask(NET_RIGHTS),
    scoped: mask(SCOPES),
    rules: fc.array(fc.record({ path: fc.constant(absolutePath('/w')), access: mask(FS_RIGHTS) })),
  })
  fc.assert(
    fc.property(rulesets, fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }), (one, a, b) => {
      const [older, newer] = [downgrade(one, Math.min(a, b)), downgrade(one, Math.max(a, b))]
      expect(downgrade(newer.ruleset, Math.min(a, b)).ruleset).toEqual(older.ruleset)
      expect(older.ruleset.handledAccessFs & ~newer.ruleset.handledAccessFs).toBe(0n)
      expect([
        ...rightsIn(FS_RIGHTS, one.handledAccessFs & ~older.ruleset.handledAccessFs),
        ...rightsIn(NET_RIGHTS, one.handledAccessNet & ~older.ruleset.handledAccessNet),
        ...rightsIn(SCOPES, one.scoped & ~older.ruleset.scoped),
      ]).toEqual(older.lost)
    }),
  )
})

test('a ruleset is empty when it handles nothing', () => {
  expect(isEmpty({ ...ALL, handledAccessFs: 0n, handledAccessNet: 0n })).toBe(false)
  expect(isEmpty({ handledAccessFs: 0n, handledAccessNet: 0n, scoped: 0n, rules: [] })).toBe(true)
})
