import {
  absolutePath,
  accessOf,
  ANY_RUN,
  depthOf,
  matchesGlob,
  pathPrefixes,
  resolvePolicy,
  type Access,
  type AbsolutePath,
  type FileSystemEntry,
  type GlobAlternative,
  type ResolvedPolicy,
  type RestrictedFileSystemPolicy,
} from '@linux-sandbox/policy'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { entryRules } from '../../src/entry-rules.ts'
import { addGlobRules } from '../../src/globs/glob-rules.ts'
import type { RuleSet } from '../../src/rules.ts'
import { memoryDisk } from '../memory-disk.ts'

/** Few names, so that patterns often match. */
const name = fc.constantFrom('a', 'b', 'ab', '.a', 'x.b')

const anyTree = fc
  .array(fc.array(name, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 14 })
  .map((paths) => [
    ...new Set(['/r', ...paths.flatMap((names) => pathPrefixes(absolutePath(`/r/${names.join('/')}`)))]),
  ])

const anyComponent = fc.oneof(
  { weight: 3, arbitrary: name },
  {
    weight: 3,
    arbitrary: fc.constantFrom('*', '**', '?', '.*', '*b', 'a*', '*.?', '[ab]', '[!a]*', '{a,b}', '{a,.a/*}'),
  },
)

const anyGlob = fc
  .array(anyComponent, { minLength: 1, maxLength: 4 })
  .map((components) => `/r/${components.join('/')}`)

interface Example {
  readonly tree: readonly AbsolutePath[]
  readonly entries: readonly (readonly [number, Access])[]
  readonly globs: readonly string[]
}

const anyExample: fc.Arbitrary<Example> = fc.record({
  tree: anyTree.map((paths) => paths.map(absolutePath)),
  entries: fc.array(fc.tuple(fc.nat({ max: 30 }), fc.constantFrom<Access>('read', 'write', 'deny')), {
    maxLength: 5,
  }),
  globs: fc.array(anyGlob, { minLength: 1, maxLength: 4 }),
})

function policyOf(
  { tree, entries, globs }: Example,
  maxDepth?: number,
): ResolvedPolicy & { fileSystem: RestrictedFileSystemPolicy } {
  const all: FileSystemEntry[] = [
    { path: { type: 'path', path: absolutePath('/') }, access: 'write' },
    ...entries.map(([at, access]): FileSystemEntry => ({
      path: { type: 'path', path: tree[at % tree.length]! },
      access,
    })),
    ...globs.map((pattern): FileSystemEntry => ({ path: { type: 'glob_pattern', pattern }, access: 'deny' })),
  ]
  const policy = resolvePolicy(
    {
      type: 'managed',
      file_system: {
        type: 'restricted',
        entries: all,
        ...(maxDepth === undefined ? {} : { glob_scan_max_depth: maxDepth }),
      },
      network: 'restricted',
    },
    { cwd: absolutePath('/') },
  )
  const { fileSystem } = policy
  if (fileSystem.kind === 'unrestricted') throw new Error('the policy restricts nothing')
  return { ...policy, fileSystem, protectedNames: [] }
}

function rulesOf(
  { fileSystem }: { fileSystem: RestrictedFileSystemPolicy },
  tree: readonly AbsolutePath[],
): RuleSet {
  const disk = memoryDisk(Object.fromEntries(tree.map((path) => [path, 'directory'])))
  const { rules } = entryRules(fileSystem.entries, disk)
  addGlobRules(rules, fileSystem.globs, { disk, maxDepth: fileSystem.globScanMaxDepth })
  return rules
}

test('the rules give every path of a tree what the policy says', () => {
  fc.assert(
    fc.property(anyExample, (example) => {
      const policy = policyOf(example)
      const rules = rulesOf(policy, example.tree)
      const given = example.tree.map((path) => `${path} ${rules.accessAt(path)}`)
      expect(given).toEqual(example.tree.map((path) => `${path} ${accessOf(policy, path).access}`))
    }),
    { numRuns: 1000 },
  )
})

test('what is found is what matches, of all paths that are near enough', () => {
  fc.assert(
    fc.property(anyExample, fc.integer({ min: 1, max: 4 }), (example, maxDepth) => {
      const policy = policyOf({ ...example, entries: [] }, maxDepth)
      const rules = rulesOf(policy, example.tree)
      const alternatives = policy.fileSystem.globs.flatMap((glob) => glob.alternatives)
      const isMatch = (path: AbsolutePath): boolean =>
        alternatives.some((one) => levelOf(one, path) <= maxDepth && matchesGlob([one], path))
      const found = rules.sorted().flatMap(({ path, access }) => (access === 'deny' ? [path] : []))
      const expected = example.tree.filter(
        (path) => isMatch(path) && !pathPrefixes(path).slice(0, -1).some(isMatch),
      )
      expect(new Set(found.filter((path) => !isBelowAnother(path, found)))).toEqual(new Set(expected))
    }),
    { numRuns: 1000 },
  )
})

/** How far `path` is below the fixed part of `alternative`, whose last name is what is looked for. */
function levelOf(alternative: GlobAlternative, path: AbsolutePath): number {
  const wildcard = alternative.findIndex((one) => one === ANY_RUN || one.kind === 'pattern')
  return depthOf(path) - (wildcard === -1 ? alternative.length - 1 : wildcard)
}

/** Globs with different fixed parts are looked for one by one, so one can find what lies in a match of another. */
function isBelowAnother(path: AbsolutePath, all: readonly AbsolutePath[]): boolean {
  return pathPrefixes(path).some((prefix) => prefix !== path && all.includes(prefix))
}
