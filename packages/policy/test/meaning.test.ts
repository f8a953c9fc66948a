import { describe, expect, test } from 'vitest'
import { builtinProfile, resolvePolicy, sameMeaning, workspaceWrite } from '../src/index.js'
import type { FileSystemEntry, PermissionProfile } from '../src/index.js'
import { CONTEXT, entry, managed, type ShortEntry } from './support.js'

function same(a: PermissionProfile, b: PermissionProfile): boolean {
  return sameMeaning(resolvePolicy(a, CONTEXT), resolvePolicy(b, CONTEXT))
}

function of(...entries: (ShortEntry | FileSystemEntry)[]): PermissionProfile {
  return managed(...entries.map((short) => ('path' in short ? short : entry(short))))
}

function skipped(...short: ShortEntry): FileSystemEntry {
  return { ...entry(short), missing_path_behavior: 'skip' }
}

describe('sameMeaning', () => {
  test.each([
    { a: builtinProfile(':workspace'), b: workspaceWrite({ root: '/repo' }), why: 'the root by its name' },
    { a: of(['/', 'read'], ['/a', 'write']), b: of(['/a', 'write'], [':root', 'read']), why: 'order' },
    { a: of([':slash_tmp', 'read']), b: of(['/tmp', 'read'], ['/tmp/x', 'read']), why: 'nothing added' },
    {
      a: of([':root', 'deny'], ['/a', 'read']),
      b: of(['/a', 'read'], ['/b', 'deny']),
      why: 'nothing denied',
    },
    {
      a: of(['/a', 'write']),
      b: of(['/a', 'write'], skipped('/a/.git', 'read')),
      why: 'a name protected anyway',
    },
    {
      a: of([':minimal', 'read']),
      b: of([':minimal', 'read'], ['/usr', 'read'], ['/usr/lib', 'read']),
      why: 'defaults',
    },
    {
      a: of(['*.{a,b}', 'deny']),
      b: of(['/repo/*.b', 'deny'], ['/repo/*.a', 'deny']),
      why: 'spelling of patterns',
    },
    { a: of(['/', 'write']), b: { type: 'external', network: 'restricted' }, why: 'whoever enforces it' },
    {
      a: of(['/a', 'read'], skipped('/a', 'deny')),
      b: of(skipped('/a', 'deny'), ['/a', 'read']),
      why: 'order',
    },
  ] as const)('holds for $why', ({ a, b }) => {
    expect(same(a, b)).toBe(true)
  })

  test.each([
    { a: of(['/a', 'read']), b: of(['/a', 'write']), why: 'another access' },
    { a: of(['/a', 'write']), b: of(['/a', 'write'], ['/a/b', 'write']), why: 'names of a root in a root' },
    { a: of(['/', 'write']), b: of(['/', 'write'], ['/.git', 'read']), why: 'what narrows a writable /' },
    { a: of(['/a', 'read']), b: of(skipped('/a', 'read')), why: 'what may be missing' },
    { a: of(['/a/*', 'deny']), b: of(['/a/**', 'deny']), why: 'another pattern' },
    { a: of([':minimal', 'read']), b: of(['/usr', 'read']), why: 'some of the defaults' },
    { a: { type: 'external', network: 'restricted' }, b: { type: 'disabled' }, why: 'another network' },
  ] as const)('does not hold for $why', ({ a, b }) => {
    expect(same(a, b)).toBe(false)
  })

  test('knows how deep patterns are looked for, where there are some', () => {
    const withDepth = (depth: number, ...entries: ShortEntry[]): PermissionProfile => ({
      type: 'managed',
      file_system: { type: 'restricted', entries: entries.map(entry), glob_scan_max_depth: depth },
      network: 'restricted',
    })
    expect(same(withDepth(1, ['/a/**', 'deny']), withDepth(2, ['/a/**', 'deny']))).toBe(false)
    expect(same(withDepth(1, ['/a', 'read']), of(['/a', 'read']))).toBe(true)
  })
})
