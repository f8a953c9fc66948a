import { isInside, joinPath, type AbsolutePath } from '@linux-sandbox/policy'
import { pathFrom, valuesIn } from './layout.js'
import type { GitProtection } from './protection.js'

/**
 * Makes the empty directories of submodules that are not checked out read-only: git looks into every submodule of a worktree for
 * changes, and a repository put there would bring its own configuration.
 */
export function freezeUnpopulatedSubmodules(workTree: AbsolutePath, protection: GitProtection): void {
  const { disk } = protection
  for (const { section, name, value } of valuesIn(disk, joinPath(workTree, '.gitmodules'))) {
    if (section !== 'submodule' || name !== 'path') continue
    const path = pathFrom(workTree, value)
    if (path === undefined || path === workTree || !isInside(path, workTree)) continue
    if (disk.follow(path) !== path || disk.list(path)?.length !== 0) continue
    const reason = 'git looks for a repository in it, to see whether the submodule has changed'
    protection.freeze(path, { kind: 'git', repository: workTree, reason })
  }
}
