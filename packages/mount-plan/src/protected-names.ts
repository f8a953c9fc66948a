import { PolicyUnsupportedError } from '@linux-sandbox/errors'
import type { AbsolutePath, ProtectedName } from '@linux-sandbox/policy'
import { childPath } from './child-path.js'
import type { Placeholders } from './placeholders.js'
import type { Cause, PlanNote } from './plan.js'
import type { Rule, RuleSet } from './rules.js'

export interface ProtectionContext {
  readonly rules: RuleSet
  readonly disk: Placeholders
  /** Whether the policy itself lets the command write what is, or will be, at a path. */
  readonly isGranted: (path: AbsolutePath) => boolean
}

/**
 * Makes each protected name directly in a writable root read-only, unless the policy has a rule of its own for it. A rule below it
 * still holds.
 *
 * @returns the names that do not exist and are not protected.
 * @throws {PolicyUnsupportedError} when such a name is a symlink: nothing can be mounted on the link itself, so the command
 * could replace it.
 */
export function addProtectedNames(names: readonly ProtectedName[], context: ProtectionContext): PlanNote[] {
  const roots = context.rules.all().filter((rule) => isWritableRoot(rule, context.disk))
  return roots.flatMap((root) => names.flatMap((name) => protect(root.path, name, context)))
}

/** Whether the rule lets the command write a directory of the host, by a decision of the policy. */
export function isWritableRoot({ path, access, content }: Rule, disk: Placeholders): boolean {
  return access === 'write' && content === 'host' && (path === '/' || disk.kindOf(path) === 'directory')
}

function protect(
  root: AbsolutePath,
  { name, reason, onlyIfPresent = false }: ProtectedName,
  { rules, disk, isGranted }: ProtectionContext,
): PlanNote[] {
  const path = childPath(root, name)
  if (rules.has(path) || isGranted(path)) return []
  const kind = disk.kindOf(path)
  if (kind === undefined && onlyIfPresent) return []
  if (kind === 'symlink') throw linkedName(path, root)
  const cause: Cause = { kind: 'protected-name', name, reason }
  if (kind !== undefined || disk.prepare({ path, cause }, rules) === 'placeholder') {
    rules.add({ path, access: 'read', cause })
    return []
  }
  const message = `${path} does not exist and is not protected; the command can create it`
  return [{ kind: 'protected-name-missing', path, message }]
}

function linkedName(path: AbsolutePath, root: AbsolutePath): PolicyUnsupportedError {
  return new PolicyUnsupportedError(
    `the protection of ${path}`,
    `it is a symbolic link in the writable root ${root}, and the command could replace it`,
    { hint: 'put the real directory there' },
  )
}
