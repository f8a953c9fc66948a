import { PolicyUnsupportedError } from '@linux-sandbox/errors'
import { accessOf } from '../access.js'
import { freezeDeep } from '../freeze.js'
import { accessChangePoints, sameMeaning } from '../meaning.js'
import { absolutePath, parseAbsolutePath, ROOT_PATH, type AbsolutePath } from '../path.js'
import type { PermissionProfile } from '../profile.js'
import { resolvePolicy, type ResolveContext } from '../resolve.js'
import type { ResolvedPolicy } from '../resolved-policy.js'
import { isFullDiskWrite, writableRoots } from '../roots.js'
import { exceptionObstacle, type LegacyObstacle } from './legacy-obstacle.js'
import { profileFromSandboxPolicy } from './profile-from-sandbox-policy.js'
import type { ReadOnlyAccess, SandboxPolicy } from './sandbox-policy.js'

const SLASH_TMP = /* @__PURE__ */ absolutePath('/tmp')

/**
 * The legacy policy that means in `context` what `profile` means there. Nothing is dropped but entries that change
 * nothing.
 *
 * @throws {PolicyUnsupportedError} with the entry that a legacy policy cannot express.
 */
export function sandboxPolicyFromProfile(profile: PermissionProfile, context: ResolveContext): SandboxPolicy {
  const policy = resolvePolicy(profile, context)
  const obstacle = exceptionObstacle(policy) ?? workingDirectoryObstacle(policy, context.cwd)
  if (obstacle !== undefined) throw new PolicyUnsupportedError(obstacle.entry, obstacle.reason)
  const converted = freezeDeep(convert(policy, context))
  const expressed = resolvePolicy(profileFromSandboxPolicy(converted, context), context)
  if (sameMeaning(expressed, policy)) return converted
  const { entry, reason } = differenceObstacle(policy)
  throw new PolicyUnsupportedError(entry, reason)
}

/** Legacy policies always read the working directory, and write it if they write anything. */
function workingDirectoryObstacle(policy: ResolvedPolicy, cwd: AbsolutePath): LegacyObstacle | undefined {
  if (isFullDiskWrite(policy)) return undefined
  const writes = writableRoots(policy)
  const [first] = writes
  if (first === undefined) {
    if (accessOf(policy, cwd).access !== 'deny') return undefined
    return {
      entry: ':workspace_roots',
      reason: 'it is not granted, but a legacy policy reads the working directory',
    }
  }
  if (writes.some(({ path }) => path === cwd)) return undefined
  return {
    entry: first.origin.spelling,
    reason: `it can be written and ${cwd} is no writable root, but a legacy policy that writes anything writes the working directory`,
  }
}

function convert(policy: ResolvedPolicy, { cwd, tmpdir }: ResolveContext): SandboxPolicy {
  const { network, isExternal } = policy
  const isOpen = network === 'enabled'
  if (isFullDiskWrite(policy)) {
    if (isOpen && !isExternal) return { type: 'danger-full-access' }
    return { type: 'external-sandbox', network_access: network }
  }
  const writes = writableRoots(policy).map(({ path }) => path)
  const reads = readAccess(policy, cwd)
  if (writes.length === 0) return { type: 'read-only', access: reads, network_access: isOpen }
  const temporary = temporaryDirectory(tmpdir)
  return {
    type: 'workspace-write',
    writable_roots: writes.filter((path) => ![cwd, SLASH_TMP, temporary].includes(path)),
    read_only_access: reads,
    network_access: isOpen,
    exclude_tmpdir_env_var: !writes.some((path) => path === temporary),
    exclude_slash_tmp: !writes.includes(SLASH_TMP),
  }
}

/** `TMPDIR=/` names no directory for temporary files. */
function temporaryDirectory(tmpdir: string | undefined): AbsolutePath | undefined {
  const path = parseAbsolutePath(tmpdir ?? '')
  return path === ROOT_PATH ? undefined : path
}

function readAccess(policy: ResolvedPolicy, cwd: AbsolutePath): ReadOnlyAccess {
  const points = accessChangePoints(policy)
  if (points.some(({ path }) => path === ROOT_PATH)) return { type: 'full-access' }
  const reads = points.filter(({ access }) => access === 'read')
  const named = reads.filter(({ path, cause }) => cause.kind === 'entry' && path !== cwd)
  return {
    type: 'restricted',
    include_platform_defaults: reads.some(({ cause }) => cause.kind === 'platform-default'),
    readable_roots: named.map(({ path }) => path),
  }
}

/** Why the legacy policy made of `policy` means something else, though no exception and no missing grant is in the way. */
function differenceObstacle(policy: ResolvedPolicy): LegacyObstacle {
  const entries = policy.fileSystem.kind === 'restricted' ? policy.fileSystem.entries : []
  const stated = accessChangePoints(policy).flatMap(({ cause }) =>
    cause.kind === 'entry' ? [cause.entry] : [],
  )
  const conditional = [...stated, ...writableRoots(policy)].find(({ ifMissing }) => ifMissing === 'skip')
  if (conditional !== undefined) {
    return {
      entry: conditional.origin.spelling,
      reason: 'it counts only where it exists, which no legacy policy says',
    }
  }
  const denied = entries.find(({ access, path }) => access === 'deny' && path !== ROOT_PATH)
  if (denied !== undefined) {
    return {
      entry: denied.origin.spelling,
      reason: 'it is denied within the platform defaults, which no legacy policy says',
    }
  }
  return {
    entry: ':root',
    reason: 'it can be written but for protected names, which no legacy policy says here',
  }
}
