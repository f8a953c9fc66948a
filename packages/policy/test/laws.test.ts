import { PolicyInvalidError } from '@linux-sandbox/errors'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  accessOf,
  isFullDiskWrite,
  parseProfile,
  printProfile,
  PROTECTED_NAMES,
  resolvePolicy,
  validateProfile,
  type Access,
  type AbsolutePath,
  type FileSystemEntry,
  type PermissionProfile,
} from '../src/index.js'
import { anyAccess, anyEntry, anyGlob, anyPath, anyProfile, textsNear } from './arbitraries.js'
import { CONTEXT, managed, orInvalid } from './support.js'

const RUNS = { numRuns: 2000 }

function access(profile: PermissionProfile, path: AbsolutePath): Access {
  return accessOf(resolvePolicy(profile, CONTEXT), path).access
}

describe('printing', () => {
  test('and parsing give an equal profile', () => {
    fc.assert(
      fc.property(anyProfile, (profile) => {
        expect(parseProfile(printProfile(profile))).toEqual(profile)
        expect(validateProfile(profile)).toEqual(profile)
      }),
      RUNS,
    )
  })
})

describe('parseProfile', () => {
  const anyText = textsNear(anyProfile.map(printProfile), [
    'type',
    'managed',
    'disabled',
    'network',
    'enabled',
    'file_system',
    'entries',
    'read',
    '/a',
  ])

  test('gives a profile that prints as it reads, or PolicyInvalidError, whatever the text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const profile = orInvalid(() => parseProfile(text))
        if (profile === undefined) return
        const printed = printProfile(profile)
        expect(parseProfile(printed)).toEqual(profile)
        expect(printProfile(parseProfile(printed))).toBe(printed)
      }),
      { numRuns: 5000 },
    )
  })

  test('accepts no text that JSON.parse does not', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        if (orInvalid(() => parseProfile(text)) !== undefined) JSON.parse(text)
      }),
      RUNS,
    )
  })

  test('gives every issue a message and a place in the text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        try {
          parseProfile(text)
        } catch (error) {
          if (!(error instanceof PolicyInvalidError)) throw error
          expect(error.issues.length).toBeGreaterThan(0)
          for (const { line, column, message } of error.issues) {
            expect(message).toMatch(/^\S.*\S$/s)
            expect(lineOf(text, line).length + 1).toBeGreaterThanOrEqual(column ?? Number.NaN)
          }
        }
      }),
      RUNS,
    )
  })
})

describe('validateProfile', () => {
  test('gives a profile or PolicyInvalidError, whatever the value', () => {
    const almost = fc.record(
      { type: fc.constantFrom('managed', 'disabled', 1), network: fc.anything(), file_system: fc.anything() },
      { requiredKeys: [] },
    )
    fc.assert(
      fc.property(fc.oneof(fc.anything(), almost), (value) => {
        const profile = orInvalid(() => validateProfile(value))
        if (profile !== undefined) expect(parseProfile(printProfile(profile))).toEqual(profile)
      }),
      RUNS,
    )
  })
})

describe('accessOf', () => {
  test('is the deepest-wins rule', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyPath, anyAccess), { maxLength: 8 }), anyPath, (pairs, path) => {
        const entries = pairs.map(([at, granted]): FileSystemEntry => ({
          path: { type: 'path', path: at },
          access: granted,
        }))
        const policy = resolvePolicy(managed(...entries), CONTEXT)
        expect(accessOf(policy, path).access).toBe(naiveAccess(pairs, path, isFullDiskWrite(policy)))
      }),
      RUNS,
    )
  })

  test('does not depend on the order of the entries', () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 8 }), anyPath, (entries, path) => {
        expect(access(managed(...entries.toReversed()), path)).toBe(access(managed(...entries), path))
      }),
      RUNS,
    )
  })

  test('grants nothing more when a denial is added', () => {
    const denial = fc.oneof(
      anyEntry.map((entry): FileSystemEntry => ({ ...entry, access: 'deny' })),
      anyGlob.map((pattern): FileSystemEntry => ({
        path: { type: 'glob_pattern', pattern },
        access: 'deny',
      })),
    )
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 8 }), denial, anyPath, (entries, denied, path) => {
        const order: readonly Access[] = ['deny', 'read', 'write']
        const before = order.indexOf(access(managed(...entries), path))
        expect(order.indexOf(access(managed(...entries, denied), path))).toBeLessThanOrEqual(before)
      }),
      RUNS,
    )
  })

  test('denies every path that a deny entry is given for', () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 8 }), anyPath, (entries, path) => {
        expect(access(managed(...entries, { path: { type: 'path', path }, access: 'deny' }), path)).toBe(
          'deny',
        )
      }),
      RUNS,
    )
  })
})

function lineOf(text: string, line: number | undefined): string {
  return text.split(/\r\n|\r|\n/)[(line ?? Number.NaN) - 1] ?? ''
}

type Pair = readonly [path: AbsolutePath, access: Access]

/**
 * The rules of the design once more: sort all covering entries, and look at the protected names of every writable
 * root instead of those of the deciding entry.
 */
function naiveAccess(pairs: readonly Pair[], path: string, isFullWrite: boolean): Access {
  const decide = (target: string): Access =>
    pairs
      .filter(([at]) => covers(at, target))
      .toSorted((a, b) => strength(slashed(b[0]), b[1]) - strength(slashed(a[0]), a[1]))[0]?.[1] ?? 'deny'
  const granted = decide(path)
  if (granted !== 'write' || isFullWrite) return granted
  const roots = pairs.filter(([at]) => decide(at) === 'write')
  const isProtected = roots.some(([root]) =>
    PROTECTED_NAMES.some(({ name }) => {
      const metadata = slashed(root) + name
      const isGranted = pairs.some(
        ([at, given]) => given === 'write' && covers(metadata, at) && covers(at, path),
      )
      return covers(metadata, path) && !isGranted
    }),
  )
  return isProtected ? 'read' : 'write'
}

/** Of paths that cover the same one the deeper is the longer. */
function strength({ length }: string, granted: Access): number {
  return length * 10 + ['read', 'write', 'deny'].indexOf(granted)
}

function covers(ancestor: string, path: string): boolean {
  return slashed(path).startsWith(slashed(ancestor))
}

function slashed(path: string): string {
  return path.endsWith('/') ? path : `${path}/`
}
