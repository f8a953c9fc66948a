import { expect, test } from 'vitest'
import { ALL_FEATURES, featuresOf, parseFeatures } from '../src/features.mjs'
import { randomCase } from '../src/generate.mjs'

const INDEXES = Array.from({ length: 300 }, (_, index) => index)

test('a seed and an index give the same case again', () => {
  const of = (seed: number) => INDEXES.map((index) => randomCase({ seed, index, features: ALL_FEATURES }))
  expect(of(5)).toEqual(of(5))
  expect(of(5)).not.toEqual(of(6))
})

const cases = INDEXES.map((index) => randomCase({ seed: 3, index, features: ALL_FEATURES }))

test('300 cases have every feature that is asked for', () => {
  expect(new Set(cases.flatMap(featuresOf))).toEqual(new Set(ALL_FEATURES))
})

test('300 cases have entries for whatever can be at a path, down to depth 6', () => {
  const found = new Set(
    cases.flatMap(({ nodes, entries }) => {
      const kinds = new Map(nodes.map(({ path, kind }) => [`$BASE/${path}`, kind]))
      return entries.flatMap(({ path, access }) =>
        path.type === 'path' ? [`${access} ${kinds.get(path.path) ?? 'missing'} ${depthOf(path.path)}`] : [],
      )
    }),
  )
  for (const access of ['read', 'write', 'deny']) {
    for (const kind of ['file', 'directory', 'link', 'missing'])
      for (const depth of [1, 2, 3, 4, 5, 6]) expect(found).toContain(`${access} ${kind} ${depth}`)
  }
})

test('300 cases have several globs, with and without a limit of depth, and one path with several accesses', () => {
  const globs = cases.map(({ entries }) => entries.filter(({ path }) => path.type === 'glob_pattern').length)
  expect(Math.max(...globs)).toBeGreaterThan(1)
  const limits = cases.filter((_, index) => globs[index]! > 0).map(({ globScanMaxDepth }) => globScanMaxDepth)
  expect(new Set(limits).size).toBeGreaterThan(4)
  const mostAccesses = cases.map(({ entries }) => {
    const accesses = new Map<string, Set<string>>()
    for (const { path, access } of entries) {
      const key = JSON.stringify(path)
      accesses.set(key, (accesses.get(key) ?? new Set()).add(access))
    }
    return Math.max(...[...accesses.values()].map(({ size }) => size))
  })
  expect(Math.max(...mostAccesses)).toBe(3)
})

test('a feature that is not asked for is not there', () => {
  const found = INDEXES.map((index) => randomCase({ seed: 3, index, features: ['missing'] })).flatMap(
    featuresOf,
  )
  expect(new Set(found)).toEqual(new Set(['missing']))
})

test('a list of features can name some, and all', () => {
  expect(parseFeatures('links,globs')).toEqual(['links', 'globs'])
  expect(parseFeatures('all')).toEqual(ALL_FEATURES)
  expect(() => parseFeatures('glob')).toThrow('no feature "glob"')
})

/** Names below the base. */
function depthOf(path: string): number {
  return path.split('/').length - 1
}
