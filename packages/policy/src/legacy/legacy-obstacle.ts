import { accessChangePoints, withoutSkipped, type AccessChangePoint } from '../meaning.js'
import { ROOT_PATH } from '../path.js'
import type { ResolvedPolicy } from '../resolved-policy.js'

/** What a policy says and the legacy model cannot. */
export interface LegacyObstacle {
  /** As the document spells it. */
  readonly entry: string
  /** As a clause about the entry. */
  readonly reason: string
}

/**
 * Why `policy` means something that the legacy model does not: there, every path can be read, and writable are
 * everything or some directories with all that is in them. The first such entry, or `undefined`: then the policy is
 * equivalent to the model.
 *
 * Protected names belong to the model, implied or as entries that make them read-only. An entry that changes nothing is
 * no obstacle. What the working directory is does not matter.
 */
export function legacyObstacle(policy: ResolvedPolicy): LegacyObstacle | undefined {
  return exceptionObstacle(policy) ?? restrictedReadObstacle(policy)
}

/** The first entry or pattern that takes away what is granted above it, be it only where what may be missing is missing. */
export function exceptionObstacle(policy: ResolvedPolicy): LegacyObstacle | undefined {
  const { fileSystem } = policy
  if (fileSystem.kind === 'unrestricted') return undefined
  const globs = fileSystem.globs.map(({ pattern, origin }) => ({
    index: origin.index,
    entry: pattern,
    reason: 'it denies by a pattern, which the legacy model does not have',
  }))
  const points = [policy, withoutSkipped(policy)].flatMap(accessChangePoints)
  const entries = points.flatMap(({ access, outside, cause }) => {
    if (cause.kind !== 'entry') return []
    const reason = exceptionReason(access, outside)
    const { index, spelling } = cause.entry.origin
    return reason === undefined ? [] : [{ index, entry: spelling, reason }]
  })
  const first = [...globs, ...entries].toSorted((a, b) => a.index - b.index)[0]
  return first && { entry: first.entry, reason: first.reason }
}

function exceptionReason(
  access: AccessChangePoint['access'],
  outside: AccessChangePoint['outside'],
): string | undefined {
  if (access === 'deny') return 'it is denied within what can be read, which the legacy model does not have'
  if (access === 'read' && outside === 'write')
    return 'it is read-only within what can be written, which the legacy model has for protected names only'
  return undefined
}

function restrictedReadObstacle(policy: ResolvedPolicy): LegacyObstacle | undefined {
  const points = accessChangePoints(policy)
  if (points.some(({ path }) => path === ROOT_PATH)) return undefined
  const [granted] = points
  if (granted === undefined) {
    return { entry: ':root', reason: 'it is not granted, but the legacy model reads everything' }
  }
  const entry = granted.cause.kind === 'entry' ? granted.cause.entry.origin.spelling : ':minimal'
  return { entry, reason: 'it is a part of the disk, but the legacy model reads everything' }
}
