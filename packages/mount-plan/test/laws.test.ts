import { isSandboxError, PolicyUnsupportedError } from '@linux-sandbox/errors'
import {
  absolutePath,
  accessOf,
  isInside,
  parentPath,
  resolvePolicy,
  type Access,
  type AbsolutePath,
  PLATFORM_DEFAULT_PATHS,
  type FileSystemEntry,
  type ResolvedEntry,
  type ResolvedPolicy,
} from '@linux-sandbox/policy'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalPath, planMounts, type DiskView, type MountPlan, type PlanOptions } from '../src/index.ts'
import { anyDisk, anyEntries, MINIMAL } from './arbitraries.ts'
import { memoryDisk, type DiskContent } from './memory-disk.ts'
import { MountSimulator } from './mount-simulator.ts'

interface Situation {
  readonly content: DiskContent
  readonly entries: readonly FileSystemEntry[]
}

const anySituation: fc.Arbitrary<Situation> = anyDisk.chain((content) =>
  fc.record({
    content: fc.constant(content),
    entries: fc
      .tuple(anyEntries(content), fc.boolean())
      .map(([entries, isMinimal]) => (isMinimal ? [...entries, MINIMAL] : entries)),
  }),
)

function policyOf(entries: readonly FileSystemEntry[]): ResolvedPolicy {
  return resolvePolicy(
    { type: 'managed', file_system: { type: 'restricted', entries }, network: 'restricted' },
    { cwd: absolutePath('/a') },
  )
}

/** The plan; `undefined` for a policy that cannot be enforced on this disk. */
function planOf({ content, entries }: Situation, options: PlanOptions): MountPlan | undefined {
  try {
    return planMounts(policyOf(entries), memoryDisk(content), options)
  } catch (error) {
    if (isSandboxError(error) && error instanceof PolicyUnsupportedError) return undefined
    throw error
  }
}

/** The disk on which the command runs: with what is made for it before. */
function diskWith({ placeholders }: MountPlan, content: DiskContent): DiskContent {
  return { ...content, ...Object.fromEntries(placeholders.map(({ path }) => [path, 'directory'])) }
}

/** `policy` with every entry at the object that it names: entries hold for objects, and `accessOf` knows names only. */
function aboutObjects(policy: ResolvedPolicy, disk: DiskView): ResolvedPolicy {
  const { fileSystem } = policy
  if (fileSystem.kind === 'unrestricted') return policy
  const entries = fileSystem.entries.flatMap((entry) => {
    const { path, exists } = canonicalPath(disk, entry.path)
    const isNothing = !exists && entry.ifMissing === 'skip'
    return isNothing ? [] : [{ ...entry, path }]
  })
  const named = { ...policy, fileSystem: { ...fileSystem, entries, platformDefaults: false } }
  if (!fileSystem.platformDefaults) return named
  const defaults = PLATFORM_DEFAULT_PATHS.map((path) => canonicalPath(disk, path).path).filter((path) => {
    const { decidedBy } = accessOf(named, path)
    return decidedBy.kind === 'no-entry' || (decidedBy.kind === 'entry' && isDeniedRoot(decidedBy.entry))
  })
  const origin = { index: 0, spelling: ':minimal' }
  const granted = defaults.map((path): ResolvedEntry => ({ path, access: 'read', origin, ifMissing: 'skip' }))
  return { ...named, fileSystem: { ...named.fileSystem, entries: [...entries, ...granted] } }
}

function isDeniedRoot({ path, access }: ResolvedEntry): boolean {
  return path === '/' && access === 'deny'
}

/** What `policy` says, but that git's rules let nobody write where they made something read-only. */
function expectedAt(path: AbsolutePath, policy: ResolvedPolicy, { operations }: MountPlan): Access {
  const { access } = accessOf(policy, path)
  const around = operations.flatMap((one) => ('target' in one && isInside(path, one.target) ? [one] : []))
  const deepest = around.toSorted((a, b) => b.target.length - a.target.length)[0]
  const isGit = deepest?.cause.kind === 'git' && deepest.type === 'bind' && deepest.access === 'read'
  return isGit && access === 'write' ? 'read' : access
}

const objectsOf = (content: DiskContent): AbsolutePath[] =>
  ['/', ...Object.keys(content)]
    .filter((path) => typeof content[path] !== 'object' && path !== '/dev' && path !== '/proc')
    .map(absolutePath)

const RUNS = { numRuns: 3000 }

test('what the mounts allow is what the policy says, for everything on the disk', () => {
  let planned = 0
  fc.assert(
    fc.property(anySituation, (situation) => {
      const plan = planOf(situation, { placeholders: 'make' })
      if (plan === undefined) return
      planned++
      const disk = diskWith(plan, situation.content)
      const simulated = new MountSimulator(plan.operations, memoryDisk(disk))
      const policy = aboutObjects(policyOf(situation.entries), memoryDisk(situation.content))
      const objects = objectsOf(disk)
      expect(objects.map((path) => [path, simulated.accessAt(path)])).toEqual(
        objects.map((path) => [path, expectedAt(path, policy, plan)]),
      )
    }),
    RUNS,
  )
  expect(planned).toBeGreaterThan(RUNS.numRuns / 2)
})

test('no name can be given to something else by which the policy denies or protects', () => {
  fc.assert(
    fc.property(anySituation, (situation) => {
      const plan = planOf(situation, { placeholders: 'make' })
      if (plan === undefined) return
      const disk = diskWith(plan, situation.content)
      const simulated = new MountSimulator(plan.operations, memoryDisk(disk))
      const policy = aboutObjects(policyOf(situation.entries), memoryDisk(situation.content))
      const named = policy.fileSystem.kind === 'unrestricted' ? [] : policy.fileSystem.entries
      const paths = [...objectsOf(disk), ...named.map(({ path }) => path)]
      const closed = paths.filter((path) => expectedAt(path, policy, plan) !== 'write')
      expect(closed.filter((path) => ancestorsOf(path).some((at) => simulated.canReplace(at)))).toEqual([])
    }),
    RUNS,
  )
})

function ancestorsOf(path: AbsolutePath): AbsolutePath[] {
  return path === '/' ? ['/' as AbsolutePath] : [path, ...ancestorsOf(parentPath(path))]
}

test('whatever is granted can be reached by the name that the policy has for it', () => {
  let linked = 0
  fc.assert(
    fc.property(anySituation, (situation) => {
      const plan = planOf(situation, { placeholders: 'make' })
      if (plan === undefined) return
      const disk = memoryDisk(diskWith(plan, situation.content))
      const simulated = new MountSimulator(plan.operations, disk)
      const before = memoryDisk(situation.content)
      const granted = situation.entries.flatMap(({ path, missing_path_behavior: ifMissing }) => {
        if (path.type !== 'path') return []
        return ifMissing !== 'skip' || canonicalPath(before, path.path).exists ? [path.path] : []
      })
      for (const name of granted) {
        const { path, exists, links } = canonicalPath(disk, name)
        if (!exists || simulated.accessAt(path) === 'deny') continue
        if (links.length > 0) linked++
        expect([name, canonicalPath(simulated, name).path]).toEqual([name, path])
      }
    }),
    RUNS,
  )
  expect(linked).toBeGreaterThan(0)
})

test('a plan without placeholders allows the same, where there is one', () => {
  fc.assert(
    fc.property(anySituation, (situation) => {
      const plan = planOf(situation, {})
      if (plan === undefined) return
      expect(plan.placeholders).toEqual([])
      const simulated = new MountSimulator(plan.operations, memoryDisk(situation.content))
      const policy = aboutObjects(policyOf(situation.entries), memoryDisk(situation.content))
      const objects = objectsOf(situation.content)
      expect(objects.map((path) => [path, simulated.accessAt(path)])).toEqual(
        objects.map((path) => [path, expectedAt(path, policy, plan)]),
      )
    }),
    RUNS,
  )
})

test('the same policy gives the same plan, in whatever order its entries are', () => {
  fc.assert(
    fc.property(anySituation, (situation) => {
      const plan = planOf(situation, { placeholders: 'make' })
      const reversed = planOf(
        { ...situation, entries: situation.entries.toReversed() },
        { placeholders: 'make' },
      )
      expect(reversed?.operations.map(withoutCause)).toEqual(plan?.operations.map(withoutCause))
    }),
    { numRuns: 500 },
  )
})

/** Of two entries that say the same, whichever comes first is the cause. */
function withoutCause(operation: MountPlan['operations'][number]): unknown {
  return { ...operation, cause: undefined }
}
