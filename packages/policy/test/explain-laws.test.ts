import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  accessOf,
  explain,
  isFullDiskWrite,
  isInside,
  matchesGlob,
  pathPrefixes,
  resolvePolicy,
  type AbsolutePath,
  type AccessChange,
  type AccessReason,
  type CoveringRule,
  type FileSystemEntry,
  type Obstacle,
  type ResolvedPolicy,
} from '../src/index.js'
import { anyAccess, anyEntry, anyPath } from './arbitraries.js'
import { CONTEXT, managed } from './support.js'

const RUNS = { numRuns: 2000 }

/** Half of them begin with a grant on `/`, or only few would have the whole disk writable. */
const anyEntries = fc
  .tuple(
    fc.array(anyEntry, { maxLength: 6 }),
    fc.option(anyAccess, { nil: undefined }),
    fc.array(
      fc.tuple(anyPath, anyAccess).map(([path, access]): FileSystemEntry => entryAt(path, access)),
      { maxLength: 2 },
    ),
  )
  .chain(([mixed, root, plain]) => {
    const start = root === undefined ? [] : [entryAt('/' as AbsolutePath, root)]
    return fc.constantFrom([...start, ...mixed, ...plain], [...start, ...plain])
  })

function entryAt(path: AbsolutePath, access: FileSystemEntry['access']): FileSystemEntry {
  return { path: { type: 'path', path }, access }
}

function policyWith(entries: readonly FileSystemEntry[]): ResolvedPolicy {
  return resolvePolicy(managed(...entries), CONTEXT)
}

/** As a person would: the entries that are in the way leave the document, the new one goes to its end. */
function applied(
  entries: readonly FileSystemEntry[],
  obstacles: readonly Obstacle[],
  entry: AccessChange['entry'],
): ResolvedPolicy {
  const removed = new Set(obstacles.map(indexOf))
  const kept = entries.filter((_, index) => !removed.has(index))
  return policyWith(entry === undefined ? kept : [...kept, entryAt(entry.path, entry.access)])
}

function indexOf(obstacle: Obstacle): number {
  return obstacle.kind === 'glob' ? obstacle.glob.origin.index : obstacle.entry.origin.index
}

describe('a change', () => {
  test('is given for each access that the path does not have, and gives it', () => {
    fc.assert(
      fc.property(anyEntries, anyPath, (entries, path) => {
        const { access, changes } = explain(policyWith(entries), path)
        expect([access, ...changes.map((change) => change.access)].toSorted()).toEqual([
          'deny',
          'read',
          'write',
        ])
        for (const change of changes) {
          expect(accessOf(applied(entries, change.obstacles, change.entry), path).access).toBe(change.access)
        }
      }),
      RUNS,
    )
  })

  test('without obstacles changes what lies at or below the path and its side effects, and nothing else', () => {
    const seen = { sideEffects: 0 }
    fc.assert(
      fc.property(anyEntries, anyPath, fc.array(anyPath, { minLength: 5 }), (entries, path, others) => {
        const before = policyWith(entries)
        for (const { obstacles, entry, sideEffects } of explain(before, path).changes) {
          if (obstacles.length > 0) continue
          const after = applied(entries, obstacles, entry)
          // As an entry at its path would: not where a deeper one decides.
          const expected = (other: AbsolutePath) => {
            const { access, decidedBy } = accessOf(before, other)
            const reaches = (from: AbsolutePath) =>
              isInside(other, from) && !('entry' in decidedBy && isInside(decidedBy.entry.path, from))
            return sideEffects.find((effect) => reaches(effect.path))?.access ?? access
          }
          const elsewhere = others.filter((other) => !isInside(other, path))
          expect(elsewhere.map((other) => [other, accessOf(after, other).access])).toEqual(
            elsewhere.map((other) => [other, expected(other)]),
          )
          for (const effect of sideEffects) {
            expect(accessOf(before, effect.path).access).not.toBe(effect.access)
            expect(accessOf(after, effect.path).access).toBe(effect.access)
          }
          seen.sideEffects += sideEffects.length
        }
      }),
      RUNS,
    )
    expect(seen.sideEffects).toBeGreaterThan(0)
  })

  test('has only obstacles that are in the way', () => {
    fc.assert(
      fc.property(anyEntries, anyPath, (entries, path) => {
        for (const { access, obstacles } of explain(policyWith(entries), path).changes) {
          for (const left of obstacles) {
            const others = obstacles.filter((obstacle) => obstacle !== left)
            expect(accessOf(applied(entries, others, { path, access }), path).access).not.toBe(access)
          }
        }
      }),
      RUNS,
    )
  })

  test('has an entry only where it needs one', () => {
    fc.assert(
      fc.property(anyEntries, anyPath, (entries, path) => {
        for (const { access, obstacles, entry } of explain(policyWith(entries), path).changes) {
          const isEnough = accessOf(applied(entries, obstacles, undefined), path).access === access
          expect(entry).toEqual(isEnough ? undefined : { path, access })
        }
      }),
      RUNS,
    )
  })
})

describe('an explanation', () => {
  test('decides as accessOf does', () => {
    fc.assert(
      fc.property(anyEntries, anyPath, (entries, path) => {
        const policy = policyWith(entries)
        expect(explain(policy, path)).toMatchObject(accessOf(policy, path))
      }),
      RUNS,
    )
  })

  test('names every entry and glob that covers the path, and each once', () => {
    fc.assert(
      fc.property(anyEntries, anyPath, (entries, path) => {
        const policy = policyWith(entries)
        const { decidedBy, shadowed } = explain(policy, path)
        const named = [decidedBy, ...shadowed.map(({ rule }) => rule)].flatMap((rule) => {
          if (rule.kind === 'glob') return [rule.glob.origin.index]
          return rule.kind === 'entry' ? [rule.entry.origin.index] : []
        })
        const { entries: all, globs } = restricted(policy)
        const covering = [
          ...all.filter((entry) => isInside(path, entry.path)),
          ...globs.filter((glob) => pathPrefixes(path).some((at) => matchesGlob(glob.alternatives, at))),
        ]
        expect(named.toSorted()).toEqual(covering.map(({ origin }) => origin.index).toSorted())
      }),
      RUNS,
    )
  })

  test('lists what is shadowed in order: without what decides the first of them does', () => {
    fc.assert(
      fc.property(anyEntries, anyPath, (entries, path) => {
        const policy = policyWith(entries)
        const { decidedBy, shadowed } = explain(policy, path)
        if (decidedBy.kind === 'no-entry' || decidedBy.kind === 'unrestricted') return
        const after = withoutRule(policy, decidedBy)
        const next = shadowed.find(
          ({ rule }) =>
            rule.kind !== 'protected-name' || (!isFullDiskWrite(after) && !isLost(rule, decidedBy)),
        )
        const { decidedBy: actual } = accessOf(after, path)
        const isNew = actual.kind === 'protected-name' && !shadowed.some(({ rule }) => isNamed(rule, actual))
        expect(isNew ? { kind: 'entry', entry: actual.entry } : actual).toEqual(
          next?.rule ?? { kind: 'no-entry' },
        )
      }),
      RUNS,
    )
  })
})

/** A protected name goes with the entry that makes its root writable. */
function isLost(rule: CoveringRule, gone: AccessReason): boolean {
  return rule.kind === 'protected-name' && gone.kind === 'entry' && gone.entry === rule.entry
}

function isNamed(rule: CoveringRule, other: AccessReason): boolean {
  return rule.kind === 'protected-name' && other.kind === 'protected-name' && rule.path === other.path
}

function withoutRule(policy: ResolvedPolicy, rule: CoveringRule): ResolvedPolicy {
  const fileSystem = restricted(policy)
  switch (rule.kind) {
    case 'glob':
      return {
        ...policy,
        fileSystem: { ...fileSystem, globs: fileSystem.globs.filter((glob) => glob !== rule.glob) },
      }
    case 'entry': {
      const entries = fileSystem.entries.filter((entry) => entry !== rule.entry)
      return { ...policy, fileSystem: { ...fileSystem, entries } }
    }
    case 'protected-name':
      return { ...policy, protectedNames: policy.protectedNames.filter((name) => name !== rule.name) }
    case 'platform-default':
      return { ...policy, fileSystem: { ...fileSystem, platformDefaults: false } }
  }
}

function restricted({ fileSystem }: ResolvedPolicy) {
  if (fileSystem.kind === 'unrestricted') throw new TypeError('these policies restrict paths')
  return fileSystem
}
