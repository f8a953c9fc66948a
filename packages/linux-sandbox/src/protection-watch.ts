import { lstatSync, type BigIntStats } from 'node:fs'
import type { MountOperation, MountPlan } from '@linux-sandbox/mount-plan'
import { absolutePath, parentPath, type AbsolutePath } from '@linux-sandbox/policy'
import type { Violation } from './result.js'

/**
 * Remembers what is under the mounts that take access away. The kernel takes a mount along when somebody outside renames another file over
 * its place, as editors do to save, or removes it (mount_namespaces(7)); then the command has what the mount hid.
 *
 * @returns what tells, when the command has ended, which mounts may not have stood all the time. Placeholders are `supervise`'s business.
 */
export function watchProtections({ operations, placeholders }: MountPlan): () => Violation[] {
  const made = new Set(placeholders.map(({ path }) => path))
  const targets = narrowingTargets(operations).filter((path) => !made.has(path))
  const watched = targets.map((path) => ({ path, before: look(path) }))
  return () => watched.flatMap(({ path, before }) => (isSame(before, look(path)) ? [] : [lost(path)]))
}

/** Where an operation gives less than what it is mounted in. Parents first. */
function narrowingTargets(operations: readonly MountOperation[]): AbsolutePath[] {
  const strengths = new Map<AbsolutePath, number>()
  return operations.flatMap((operation) => {
    const strength = strengthOf(operation)
    if (strength === undefined || operation.cause.kind === 'base') return []
    const target = 'target' in operation ? operation.target : ROOT
    const isNarrowing = target !== ROOT && strength < strengthAround(target, strengths)
    strengths.set(target, strength)
    return isNarrowing ? [target] : []
  })
}

const ROOT = absolutePath('/')

/** Order of what a command can do with the host's disk there. Nothing, where the sandbox has a place of its own. */
function strengthOf(operation: MountOperation): number | undefined {
  switch (operation.type) {
    case 'root':
    case 'bind':
      return operation.access === 'write' ? 2 : 1
    case 'mask-directory':
    case 'mask-file':
    case 'tmpfs':
      return 0
    default:
      return undefined
  }
}

function strengthAround(target: AbsolutePath, strengths: ReadonlyMap<AbsolutePath, number>): number {
  for (let at = parentPath(target); ; at = parentPath(at)) {
    const strength = strengths.get(at)
    if (strength !== undefined || at === ROOT) return strength ?? 0
  }
}

/** Anew and past every view of the disk: what counts is which file the mount came to lie on, and that is later than the plan. */
function look(path: AbsolutePath): BigIntStats | undefined {
  try {
    return lstatSync(path, { bigint: true, throwIfNoEntry: false })
  } catch {
    return undefined // what this user cannot look at, the command cannot either
  }
}

/** A number of a file is given out again; the time of its birth is not. */
function isSame(a: BigIntStats | undefined, b: BigIntStats | undefined): boolean {
  return a?.dev === b?.dev && a?.ino === b?.ino && a?.birthtimeNs === b?.birthtimeNs
}

function lost(path: AbsolutePath): Violation {
  const message = `something outside replaced or removed ${path} while the command ran; from then on the rule for it did not hold`
  return { kind: 'protection-lost', path, message }
}
