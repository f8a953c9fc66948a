import { PolicyUnsupportedError } from '@linux-sandbox/errors'
import { joinPath, type AbsolutePath, type ProtectedName } from '@linux-sandbox/policy'
import type { DiskView } from './disk-view.js'
import type { PlanNote } from './plan.js'
import type { RuleDraft, RuleSet } from './rules.js'

/**
 * Makes each existing protected name directly in a writable root read-only, unless the policy has a rule of its own for it. A rule
 * below it still holds.
 *
 * @returns the names that do not exist.
 * @throws {PolicyUnsupportedError} when such a name is a symlink: nothing can be mounted on the link itself, so the command
 * could replace it.
 */
export function addProtectedNames(
  rules: RuleSet,
  names: readonly ProtectedName[],
  disk: DiskView,
): PlanNote[] {
  const roots = rules.sorted().filter(({ path, access }) => access === 'write' && isDirectory(path, disk))
  return roots.flatMap((root) => names.flatMap((name) => protect(root, name, { rules, disk })))
}

function protect(
  root: RuleDraft,
  { name, reason, onlyIfPresent = false }: ProtectedName,
  { rules, disk }: { readonly rules: RuleSet; readonly disk: DiskView },
): PlanNote[] {
  const path = joinPath(root.path, name)
  if (rules.has(path)) return []
  const kind = disk.kindOf(path)
  if (kind === 'symlink') throw linkedName(path, root.path)
  if (kind !== undefined) {
    rules.add({ path, access: 'read', cause: { kind: 'protected-name', name, reason } })
    return []
  }
  if (onlyIfPresent) return []
  const message = `${path} does not exist and is not protected; the command can create it`
  return [{ kind: 'protected-name-missing', path, message }]
}

function isDirectory(path: AbsolutePath, disk: DiskView): boolean {
  return path === '/' || disk.kindOf(path) === 'directory'
}

function linkedName(path: AbsolutePath, root: AbsolutePath): PolicyUnsupportedError {
  return new PolicyUnsupportedError(
    `the protection of ${path}`,
    `it is a symbolic link in the writable root ${root}, and the command could replace it`,
    { hint: `put the real directory there, or grant write to ${path} explicitly` },
  )
}
