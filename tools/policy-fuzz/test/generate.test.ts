import { expect, test } from 'vitest'
import { ALL_FEATURES, DEFAULT_FEATURES, FEATURES, featuresOf, parseFeatures } from '../src/features.mjs'
import { randomCase } from '../src/generate.mjs'

const INDEXES = Array.from({ length: 300 }, (_, index) => index)

test('a seed and an index give the same case again', () => {
  const of = (seed: number) => INDEXES.map((index) => randomCase({ seed, index, features: ALL_FEATURES }))
  expect(of(5)).toEqual(of(5))
  expect(of(5)).not.toEqual(of(6))
})

test('300 cases have every feature that is asked for, and trees of depth 6', () => {
  const cases = INDEXES.map((index) => randomCase({ seed: 3, index, features: ALL_FEATURES }))
  expect(new Set(cases.flatMap(featuresOf))).toEqual(new Set(ALL_FEATURES))
  const depths = cases.map(({ nodes }) => Math.max(...nodes.map(({ path }) => path.split('/').length)))
  expect(Math.max(...depths)).toBeGreaterThanOrEqual(6)
})

test('a feature that is not asked for is not there', () => {
  const found = INDEXES.map((index) => randomCase({ seed: 3, index, features: ['missing'] })).flatMap(
    featuresOf,
  )
  expect(new Set(found)).toEqual(new Set(['missing']))
})

test('a list of features can name some, the default and all', () => {
  expect(parseFeatures('default,globs')).toEqual([...DEFAULT_FEATURES, 'globs'])
  expect(parseFeatures('all')).toEqual(Object.keys(FEATURES))
  expect(() => parseFeatures('glob')).toThrow('no feature "glob"')
})
