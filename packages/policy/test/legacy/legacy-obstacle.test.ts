import { describe, expect, test } from 'vitest'
import { builtinProfile, legacyObstacle, resolvePolicy, type ResolveContext } from '../../src/index.js'
import { CONTEXT, entry, managed, policyOf, type ShortEntry } from '../support.js'

const ROOT: ShortEntry = [':root', 'read']
const REPO: ShortEntry = [':project_roots', 'write']

describe('legacyObstacle', () => {
  test.each<{ entries: ShortEntry[]; why: string }>([
    { entries: [ROOT], why: 'reads everything' },
    { entries: [ROOT, ['/etc', 'read'], [':minimal', 'read']], why: 'what changes nothing' },
    { entries: [ROOT, REPO, ['/elsewhere', 'write'], [':slash_tmp', 'write']], why: 'writable roots' },
    { entries: [ROOT, ['/elsewhere', 'write']], why: 'the working directory is not asked for' },
    {
      entries: [ROOT, REPO, ['/repo/.git', 'read'], ['/repo/.aws', 'read']],
      why: 'names that are protected anyway',
    },
    { entries: [ROOT, REPO, ['/repo/.git/hooks', 'read']], why: 'and what is in them' },
    { entries: [ROOT, REPO, ['/repo/.git', 'write']], why: 'a protected name as a root' },
    { entries: [ROOT, REPO, ['/repo/a', 'read'], ['/repo/a', 'write']], why: 'an entry that is outranked' },
    { entries: [[':root', 'write']], why: 'everything can be written' },
    {
      entries: [
        ['/', 'write'],
        ['/.git', 'read'],
      ],
      why: 'everything but protected names',
    },
    { entries: [ROOT, ['/x/*', 'read']], why: 'a pattern without effect' },
  ])('is none in $entries: $why', ({ entries }) => {
    expect(legacyObstacle(policyOf(...entries))).toBeUndefined()
  })

  test.each<{ entries: ShortEntry[]; names: string; reason: string }>([
    { entries: [], names: ':root', reason: 'not granted' },
    { entries: [[':root', 'deny']], names: ':root', reason: 'not granted' },
    { entries: [[':minimal', 'read']], names: ':minimal', reason: 'part of the disk' },
    {
      entries: [
        ['/usr', 'read'],
        ['/a', 'write'],
      ],
      names: '/a',
      reason: 'part of the disk',
    },
    { entries: [ROOT, ['/a', 'deny']], names: '/a', reason: 'denied' },
    { entries: [ROOT, [':root', 'deny']], names: ':root', reason: 'not granted' },
    { entries: [ROOT, ['**/*.env', 'deny']], names: '**/*.env', reason: 'pattern' },
    { entries: [ROOT, REPO, ['/repo/docs', 'read']], names: '/repo/docs', reason: 'read-only' },
    { entries: [ROOT, REPO, ['/repo/.git', 'deny']], names: '/repo/.git', reason: 'denied' },
    {
      entries: [ROOT, REPO, ['/repo/.git', 'write'], ['/repo/.git/hooks', 'read']],
      names: '/repo/.git/hooks',
      reason: 'read-only',
    },
    {
      entries: [
        ['/', 'write'],
        [':slash_tmp', 'read'],
      ],
      names: ':slash_tmp',
      reason: 'read-only',
    },
    { entries: [ROOT, ['/z', 'deny'], ['/a', 'deny']], names: '/z', reason: 'denied' },
    { entries: [ROOT, ['/*.x', 'deny'], ['/a', 'deny']], names: '/*.x', reason: 'pattern' },
  ])('in $entries is $names: $reason', ({ entries, names, reason }) => {
    expect(legacyObstacle(policyOf(...entries))).toEqual({
      entry: names,
      reason: expect.stringContaining(reason),
    })
  })

  test.each([
    { type: 'disabled' },
    { type: 'external', network: 'restricted' },
    { type: 'managed', file_system: { type: 'unrestricted' }, network: 'restricted' },
    builtinProfile(':workspace'),
  ] as const)('is none under $type', (profile) => {
    expect(legacyObstacle(resolvePolicy(profile, CONTEXT))).toBeUndefined()
  })

  test('is what holds only where something is missing', () => {
    const grant = { ...entry(['/repo/a', 'write']), missing_path_behavior: 'skip' } as const
    const policy = resolvePolicy(
      managed(entry(ROOT), entry(REPO), entry(['/repo/a', 'read']), grant),
      CONTEXT,
    )
    expect(legacyObstacle(policy)?.entry).toBe('/repo/a')
  })

  test('is none for a name of the longer list only where that list is in force', () => {
    const profile = managed(entry(ROOT), entry(REPO), entry(['/repo/.vscode', 'read']))
    const longer: ResolveContext = { ...CONTEXT, protectedNames: 'extended-2026' }
    expect(legacyObstacle(resolvePolicy(profile, longer))).toBeUndefined()
    expect(legacyObstacle(resolvePolicy(profile, CONTEXT))?.entry).toBe('/repo/.vscode')
  })
})
