import { PolicyUnsupportedError } from '@linux-sandbox/errors'
import { isInside, joinPath, type AbsolutePath, type ProtectedName } from '@linux-sandbox/policy'
import type { DiskView } from './disk-view.js'
import type { MountOperation, PlanNote } from './plan.js'
import type { Rule } from './rules.js'

/** What keeps the protected names of one writable root as they are. */
export interface Protection {
  readonly operations: readonly MountOperation[]
  readonly notes: readonly PlanNote[]
}

/**
 * Makes each existing protected name directly below the writable `root` read-only, unless a rule at or below it grants
 * writing.
 *
 * @throws {PolicyUnsupportedError} when such a name is a symlink: nothing can be mounted on the link itself, so the command
 * could replace it.
 */
export function protectNames(
  root: Rule,
  names: readonly ProtectedName[],
  { disk, rules }: { readonly disk: DiskView; readonly rules: readonly Rule[] },
): Protection {
  const operations: MountOperation[] = []
  const notes: PlanNote[] = []
  for (const { name, reason } of names) {
    const path = joinPath(root.path, name)
    if (rules.some((rule) => rule.access === 'write' && isInside(rule.path, path))) continue
    // Its own rule mounts it.
    if (rules.some((rule) => rule.path === path)) continue
    const kind = disk.kindOf(path)
    if (kind === 'symlink') throw linkedName(path, root)
    if (kind === undefined) {
      notes.push({
        kind: 'protected-name-missing',
        path,
        message: `${path} does not exist and is not protected; the command can create it`,
      })
      continue
    }
    const cause = { kind: 'protected-name', name, reason } as const
    operations.push({ type: 'bind', source: path, target: path, access: 'read', cause })
  }
  return { operations, notes }
}

function linkedName(path: AbsolutePath, root: Rule): PolicyUnsupportedError {
  return new PolicyUnsupportedError(
    `the protection of ${path}`,
    `it is a symbolic link in the writable root ${root.path}, and the command could replace it`,
    {
      hint: `put the real directory there, or grant write to ${path} explicitly`,
    },
  )
}
