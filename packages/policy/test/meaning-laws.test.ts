import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  accessOf,
  absolutePath,
  joinPath,
  resolvePolicy,
  sameMeaning,
  type AbsolutePath,
  type FileSystemEntry,
  type PermissionProfile,
  type ResolvedPolicy,
} from '../src/index.js'
import { anyEntry, anyPath, anyProfile } from './arbitraries.js'
import { anyContext, fewEntries, rewritten } from './legacy/arbitraries.js'
import { CONTEXT, managed } from './support.js'

const RUNS = { numRuns: 1000 }

function policyWith(entries: readonly FileSystemEntry[]): ResolvedPolicy {
  return resolvePolicy(managed(...entries), CONTEXT)
}

describe('sameMeaning', () => {
  test('does not depend on the order, the repetition or the spelling of entries', () => {
    const pair = anyContext.chain((context) => fc.tuple(fc.constant(context), rewritten(context)))
    fc.assert(
      fc.property(pair, ([context, [profile, other]]) => {
        expect(sameMeaning(resolvePolicy(profile, context), resolvePolicy(other, context))).toBe(true)
      }),
      RUNS,
    )
  })

  test('is an equivalence relation', () => {
    const policy = fewEntries.map(policyWith)
    fc.assert(
      fc.property(policy, policy, policy, (a, b, c) => {
        expect(sameMeaning(a, a)).toBe(true)
        expect(sameMeaning(a, b)).toBe(sameMeaning(b, a))
        if (sameMeaning(a, b)) expect(sameMeaning(a, c)).toBe(sameMeaning(b, c))
      }),
      RUNS,
    )
  })

  test('implies the same access to every path and the network', () => {
    let same = 0
    fc.assert(
      fc.property(similarProfiles, fc.array(anyPath, { minLength: 5 }), ([profile, other], paths) => {
        const [a, b] = [resolvePolicy(profile, CONTEXT), resolvePolicy(other, CONTEXT)]
        if (!sameMeaning(a, b)) return
        same++
        expect(paths.map((path) => accessOf(a, path).access)).toEqual(
          paths.map((path) => accessOf(b, path).access),
        )
        expect(a.network).toBe(b.network)
      }),
      RUNS,
    )
    expect(same).toBeGreaterThan(RUNS.numRuns / 20)
  })

  test('is false only where some path has another access', () => {
    let different = 0
    fc.assert(
      fc.property(fewEntries, fewEntries, (some, others) => {
        const [a, b] = [policyWith(some), policyWith(others)]
        const isSame = interestingPaths.every((path) => accessOf(a, path).access === accessOf(b, path).access)
        expect(sameMeaning(a, b)).toBe(isSame)
        if (!isSame) different++
      }),
      RUNS,
    )
    expect(different).toBeGreaterThan(RUNS.numRuns / 20)
    expect(different).toBeLessThan(RUNS.numRuns)
  })
})

/** Two profiles of which one has another entry, or one less, or the same entries. */
const similarProfiles: fc.Arbitrary<readonly [PermissionProfile, PermissionProfile]> = fc.oneof(
  fc
    .tuple(fc.array(anyEntry, { maxLength: 6 }), anyEntry)
    .map(([entries, more]) => [managed(...entries), managed(...entries, more)] as const),
  fc.tuple(anyProfile, anyProfile),
)

/** Every path at which one of `fewEntries` can change an access, and one below each. */
const interestingPaths: AbsolutePath[] = ['/', '/a', '/a/b', '/a/.git', '/a/.git/b']
  .map((path) => absolutePath(path))
  .flatMap((path) => ['', 'x', '.git', '.codex'].map((name) => joinPath(path, name)))
