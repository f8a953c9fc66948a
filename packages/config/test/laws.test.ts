import { isSandboxError } from '@linux-sandbox/errors'
import { parseProfile, printProfile } from '@linux-sandbox/policy'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { listProfiles, type Configuration, type LoadOptions } from '../src/index.js'
import { anyConfiguration, anyEdit, anyText } from './arbitraries.js'
import { load } from './support.js'
import { isTree, picks, writeOverrides, writeToml, type Leaf, type Tree } from './toml-writer.js'

const seeds = fc.integer()

/** What is refused is refused with an error of ours; what is accepted is a profile that prints and reads back equal. */
function checkSound(text: string, options: Partial<LoadOptions> = {}): void {
  const configuration = accepted(() => load(text, options))
  if (configuration !== undefined)
    expect(parseProfile(printProfile(configuration.profile))).toEqual(configuration.profile)
}

function accepted<Value>(act: () => Value): Value | undefined {
  try {
    return act()
  } catch (error) {
    if (!isSandboxError(error)) throw error
    expect(['POLICY_INVALID', 'PROFILE_UNKNOWN']).toContain(error.code)
    return undefined
  }
}

test('no text and no override makes it crash', () => {
  fc.assert(
    fc.property(anyText, fc.array(anyText, { maxLength: 3 }), (text, overrides) => {
      checkSound(text, { overrides, profile: 'dev' })
      checkSound('', { overrides })
      accepted(() => listProfiles({ document: { name: 'config.toml', text }, overrides }))
    }),
    { numRuns: 1000 },
  )
})

test('no change of a good document makes it crash', () => {
  fc.assert(
    fc.property(anyConfiguration, seeds, fc.array(anyEdit, { maxLength: 3 }), (tree, seed, edits) => {
      const text = edits.reduce(
        (before, { at, cut, insert }) => {
          const index = Math.floor(at * before.length)
          return before.slice(0, index) + insert + before.slice(index + cut)
        },
        writeToml(tree, picks(seed)),
      )
      checkSound(text, { profile: 'dev' })
    }),
    { numRuns: 1000 },
  )
})

/** What a configuration means, without the places of its notes and rules. */
function meaning({ notes, proxy, ...configuration }: Configuration): unknown {
  return {
    ...configuration,
    proxy: withoutPlaces(proxy),
    notes: notes.map(({ kind, path }) => `${kind} ${path.join('.')}`).toSorted(),
  }
}

function withoutPlaces(proxy: Configuration['proxy']): unknown {
  if (proxy?.kind !== 'domains') return proxy
  const [allow, deny] = [proxy.allow, proxy.deny].map((rules) => rules.map(({ pattern }) => pattern))
  return { ...proxy, allow, deny }
}

test('order, white space, quotes, comments and the form of tables do not matter', () => {
  fc.assert(
    fc.property(anyConfiguration, seeds, seeds, fc.boolean(), (tree, one, other, asksDev) => {
      const options = asksDev ? { profile: 'dev' } : {}
      const [first, second] = [one, other].map((seed) => load(writeToml(tree, picks(seed)), options))
      expect(meaning(first!)).toEqual(meaning(second!))
    }),
    { numRuns: 300 },
  )
})

test('a document and the same as overrides, in any order, are the same profile', () => {
  fc.assert(
    fc.property(anyConfiguration, seeds, (tree, seed) => {
      const pick = picks(seed)
      // A table without keys is no override of its own.
      const start = writeToml({ permissions: { base: {}, dev: {} } }, pick)
      const overrides = writeOverrides(tree, pick)
      const options = { profile: 'dev' }
      const [first, second] = [load(start, { ...options, overrides }), load(writeToml(tree, pick), options)]
      expect(first.profile).toEqual(second.profile)
      expect(withoutPlaces(first.proxy)).toEqual(withoutPlaces(second.proxy))
    }),
    { numRuns: 300 },
  )
})

test('an override that repeats what the document says changes nothing', () => {
  fc.assert(
    fc.property(anyConfiguration, seeds, (tree, seed) => {
      const text = writeToml(tree, picks(seed))
      const overrides = writeOverrides(tree, picks(seed))
      expect(meaning(load(text, { overrides }))).toEqual(meaning(load(text)))
    }),
    { numRuns: 300 },
  )
})

/** `tree` with each of its keys that the format fixes misspelled, one at a time. */
function misspelled(tree: Tree, path: readonly string[] = []): Tree[] {
  return Object.entries(tree).flatMap(([key, value]) => {
    const others = Object.fromEntries(Object.entries(tree).filter(([other]) => other !== key))
    const inner = isTree(value) ? misspelled(value, [...path, key]) : []
    const changed = isFixedKey(path, key) ? [{ ...others, [`${key}x`]: value }] : []
    return [...changed, ...inner.map((one): Tree => ({ ...others, [key]: one }))]
  })
}

/** Names of profiles, paths, subpaths and hosts are free. */
function isFixedKey(path: readonly string[], key: string): boolean {
  if (path.includes('domains')) return false
  if (path.includes('workspace_roots') || path.includes(':workspace_roots')) return false
  if (path.join() === 'permissions') return false
  return !/^[/~]/.test(key)
}

test('a misspelled key is never ignored', () => {
  fc.assert(
    fc.property(anyConfiguration, seeds, (tree, seed) => {
      for (const wrong of misspelled(tree)) {
        const text = writeToml(wrong, picks(seed))
        expect(() => load(text), text).toThrow(/x"?: is unknown;/)
      }
    }),
    { numRuns: 50 },
  )
})

/** `tree` with each of its values replaced by one of another type, one at a time. */
function mistyped(tree: Tree): Tree[] {
  return Object.entries(tree).flatMap(([key, value]) => {
    const wrong: Leaf | Tree = typeof value === 'boolean' ? 'true' : true
    const inner = isTree(value) ? mistyped(value) : []
    return [wrong, ...inner].map((one): Tree => ({ ...tree, [key]: one }))
  })
}

test('a value of another type is never taken', () => {
  fc.assert(
    fc.property(anyConfiguration, seeds, (tree, seed) => {
      for (const wrong of mistyped(tree)) {
        const text = writeToml(wrong, picks(seed))
        expect(() => load(text), text).toThrow(/: must be /)
      }
    }),
    { numRuns: 50 },
  )
})
