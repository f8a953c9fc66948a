import { PolicyUnsupportedError } from '@linux-sandbox/errors'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  accessOf,
  isInside,
  joinPath,
  legacyObstacle,
  parseAbsolutePath,
  PLATFORM_DEFAULT_PATHS,
  PROTECTED_NAMES,
  profileFromSandboxPolicy,
  resolvePolicy,
  sameMeaning,
  sandboxPolicyFromProfile,
  writableRoots,
  type AbsolutePath,
  type Access,
  type PermissionProfile,
  type ReadOnlyAccess,
  type ResolveContext,
  type SandboxPolicy,
} from '../../src/index.js'
import { anyProfile } from '../arbitraries.js'
import { anyContext, anyPlace, anySandboxPolicy, likelyProfile } from './arbitraries.js'

const RUNS = { numRuns: 1000 }
const somePlaces = fc.array(anyPlace, { minLength: 5, maxLength: 5 })

function converted(profile: PermissionProfile, context: ResolveContext): SandboxPolicy | undefined {
  try {
    return sandboxPolicyFromProfile(profile, context)
  } catch (error) {
    if (error instanceof PolicyUnsupportedError) return undefined
    throw error
  }
}

describe('profileFromSandboxPolicy', () => {
  test('gives every path the access that the legacy policy gives it, and its network', () => {
    fc.assert(
      fc.property(anySandboxPolicy, anyContext, somePlaces, (policy, context, places) => {
        const resolved = resolvePolicy(profileFromSandboxPolicy(policy, context), context)
        expect(places.map((place) => accessOf(resolved, place).access)).toEqual(
          places.map((place) => legacyAccess(policy, context, place)),
        )
        expect(resolved.network).toBe(legacyNetwork(policy))
      }),
      RUNS,
    )
  })

  test('is undone by sandboxPolicyFromProfile, but for what means the same', () => {
    let undone = 0
    fc.assert(
      fc.property(anySandboxPolicy, anyContext, (policy, context) => {
        const profile = profileFromSandboxPolicy(policy, context)
        const back = converted(profile, context)
        // With a writable `/` it depends on what exists whether anything is protected at all.
        if (back === undefined) {
          expect(writableRootPaths(profile, context)).toContain('/')
          return
        }
        undone++
        const again = profileFromSandboxPolicy(back, context)
        expect(sameMeaning(resolvePolicy(again, context), resolvePolicy(profile, context))).toBe(true)
      }),
      RUNS,
    )
    expect(undone).toBeGreaterThan(RUNS.numRuns / 2)
  })
})

describe('sandboxPolicyFromProfile', () => {
  test('gives every path the access that the profile gives it, and its network', () => {
    let allowed = 0
    fc.assert(
      fc.property(fc.oneof(likelyProfile, anyProfile), anyContext, somePlaces, (profile, context, places) => {
        const policy = converted(profile, context)
        if (policy === undefined) return
        allowed++
        const resolved = resolvePolicy(profile, context)
        expect(places.map((place) => legacyAccess(policy, context, place))).toEqual(
          places.map((place) => accessOf(resolved, place).access),
        )
        expect(legacyNetwork(policy)).toBe(resolved.network)
      }),
      RUNS,
    )
    expect(allowed).toBeGreaterThan(RUNS.numRuns / 6)
  })

  test('or names an entry of the profile, or what is missing in it', () => {
    fc.assert(
      fc.property(fc.oneof(likelyProfile, anyProfile), anyContext, (profile, context) => {
        try {
          sandboxPolicyFromProfile(profile, context)
        } catch (error) {
          expect(error).toBeInstanceOf(PolicyUnsupportedError)
          const { entry } = error as PolicyUnsupportedError
          expect([':root', ':workspace_roots', ...spellings(profile, context)]).toContain(entry)
        }
      }),
      RUNS,
    )
  })
})

describe('legacyObstacle', () => {
  test('is none for what a legacy policy with full reads says', () => {
    fc.assert(
      fc.property(anySandboxPolicy, anyContext, (policy, context) => {
        fc.pre(readAccessOf(policy).type === 'full-access')
        const resolved = resolvePolicy(profileFromSandboxPolicy(policy, context), context)
        expect(legacyObstacle(resolved)).toBeUndefined()
      }),
      RUNS,
    )
  })

  test('is none only where everything is read, and written what is in a writable root', () => {
    let none = 0
    fc.assert(
      fc.property(fc.oneof(likelyProfile, anyProfile), anyContext, somePlaces, (profile, context, places) => {
        const resolved = resolvePolicy(profile, context)
        const obstacle = legacyObstacle(resolved)
        if (obstacle !== undefined) {
          expect([':root', ':minimal', ...spellings(profile, context)]).toContain(obstacle.entry)
          return
        }
        none++
        const roots = writableRootPaths(profile, context)
        const isWhole = resolved.fileSystem.kind === 'unrestricted' || isWrittenWhole(resolved)
        expect(places.map((place) => accessOf(resolved, place).access)).toEqual(
          places.map((place) => (isWhole || isWritten(roots, place) ? 'write' : 'read')),
        )
      }),
      RUNS,
    )
    expect(none).toBeGreaterThan(RUNS.numRuns / 6)
  })
})

function isWrittenWhole(policy: ReturnType<typeof resolvePolicy>): boolean {
  return PROTECTED_NAMES.every(({ name }) => accessOf(policy, joinPath(ROOT, name)).access === 'write')
}

const ROOT = parseAbsolutePath('/')!

function writableRootPaths(profile: PermissionProfile, context: ResolveContext): AbsolutePath[] {
  return writableRoots(resolvePolicy(profile, context)).map(({ path }) => path)
}

function spellings(profile: PermissionProfile, context: ResolveContext): string[] {
  const { fileSystem } = resolvePolicy(profile, context)
  if (fileSystem.kind === 'unrestricted') return []
  const { entries, globs } = fileSystem
  return [...entries, ...globs].map(({ origin }) => origin.spelling)
}

function readAccessOf(policy: SandboxPolicy): ReadOnlyAccess {
  if (policy.type === 'read-only') return policy.access
  return policy.type === 'workspace-write' ? policy.read_only_access : { type: 'full-access' }
}

function legacyNetwork(policy: SandboxPolicy): string {
  if (policy.type === 'danger-full-access') return 'enabled'
  if (policy.type === 'external-sandbox') return policy.network_access
  return policy.network_access ? 'enabled' : 'restricted'
}

/** What the legacy format says about `path`, without profiles: writable roots, then readable ones. */
function legacyAccess(policy: SandboxPolicy, { cwd, tmpdir }: ResolveContext, path: AbsolutePath): Access {
  if (policy.type === 'danger-full-access' || policy.type === 'external-sandbox') return 'write'
  const access = readAccessOf(policy)
  const reads =
    access.type === 'full-access'
      ? [ROOT]
      : [cwd, ...access.readable_roots, ...(access.include_platform_defaults ? PLATFORM_DEFAULT_PATHS : [])]
  const roots: AbsolutePath[] = []
  if (policy.type === 'workspace-write') {
    const temporary = parseAbsolutePath(tmpdir ?? '')
    roots.push(cwd, ...policy.writable_roots)
    if (!policy.exclude_slash_tmp) roots.push(joinPath(ROOT, 'tmp'))
    if (!policy.exclude_tmpdir_env_var && temporary !== undefined && temporary !== '/') roots.push(temporary)
    const areNamesWritten = PROTECTED_NAMES.every(({ name }) => roots.includes(joinPath(cwd, name)))
    if (roots.includes(ROOT) && areNamesWritten) return 'write'
  }
  if (isWritten(roots, path)) return 'write'
  return [...reads, ...roots].some((root) => isInside(path, root)) ? 'read' : 'deny'
}

/** Whether the innermost of `roots` around `path` does not protect it. */
function isWritten(roots: readonly AbsolutePath[], path: AbsolutePath): boolean {
  const innermost = roots.filter((root) => isInside(path, root)).toSorted((a, b) => b.length - a.length)[0]
  if (innermost === undefined) return false
  return !PROTECTED_NAMES.some(({ name }) => isInside(path, joinPath(innermost, name)))
}
