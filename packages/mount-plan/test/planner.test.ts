import { absolutePath, resolvePolicy } from '@linux-sandbox/policy'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Planner, planMounts, type MountPlan } from '../src/index.ts'
import { anyDisk, anyEntries } from './arbitraries.ts'
import { memoryDisk, type DiskContent } from './memory-disk.ts'
import { profile } from './plan-lines.ts'

const context = { cwd: absolutePath('/w') }
const options = { placeholders: 'make' } as const
const policy = resolvePolicy(profile({ '/': 'read', '/w': 'write', '/w/a': 'deny' }), context)

test('the disk of every plan is the one that it is asked about', () => {
  const situations = anyDisk.chain((content) =>
    fc.record({ entries: anyEntries(content), disks: fc.array(fc.oneof(anyDisk, fc.constant(content))) }),
  )
  fc.assert(
    fc.property(situations, ({ entries, disks }) => {
      const fileSystem = { type: 'restricted', entries } as const
      const any = resolvePolicy({ type: 'managed', file_system: fileSystem, network: 'restricted' }, context)
      const planner = new Planner(any, options)
      for (const content of disks) {
        const anew = outcome(() => planMounts(any, memoryDisk(content), options))
        expect(outcome(() => planner.plan(memoryDisk(content)))).toEqual(anew)
      }
    }),
  )
})

function outcome(make: () => MountPlan): unknown {
  try {
    return make()
  } catch (error) {
    return String(error)
  }
}

test('nothing is planned anew while the disk answers as before', () => {
  const planner = new Planner(policy, options)
  const content: DiskContent = { '/w/a': 'file', '/w/.git/HEAD': 'file' }
  const first = planner.plan(memoryDisk(content))
  expect(planner.plan(memoryDisk({ ...content, '/elsewhere': 'file' }))).toBe(first)
})

test.each<{ now: DiskContent; why: string }>([
  { now: { '/w/a': 'directory', '/w/.git/config': { text: '' } }, why: 'a file is a directory' },
  { now: { '/w/.git/config': { text: '' } }, why: 'a file is gone' },
  {
    now: { '/w/a': 'file', '/w/.git/config': { text: '[core]' } },
    why: 'a file that was read has another text',
  },
  {
    now: { '/w/a': 'file', '/w/.git/config': { text: '' }, '/w/b/.git/HEAD': 'file' },
    why: 'a name is new in a listed directory',
  },
])('it is planned anew when $why', ({ now }) => {
  const planner = new Planner(policy, options)
  const first = planner.plan(memoryDisk({ '/w/a': 'file', '/w/.git/config': { text: '' } }))
  expect(planner.plan(memoryDisk(now))).not.toBe(first)
})

test('a plan is given up for what the disk cannot answer any more', () => {
  const planner = new Planner(policy, options)
  const content: DiskContent = { '/w/a': 'file' }
  const first = planner.plan(memoryDisk(content))
  const broken = { ...memoryDisk(content), kindOf: () => expect.fail('it cannot be looked at') }
  expect(() => planner.plan(broken)).toThrow('it cannot be looked at')
  expect(planner.plan(memoryDisk(content))).toEqual(first)
})

test('of a large tree nothing is kept', () => {
  const content = Object.fromEntries(
    Array.from({ length: 20_000 }, (_, index) => [`/w/${index}`, 'file'] as const),
  )
  const planner = new Planner(policy, options)
  const first = planner.plan(memoryDisk(content))
  const second = planner.plan(memoryDisk(content))
  expect(second).toEqual(first)
  expect(second).not.toBe(first)
})
