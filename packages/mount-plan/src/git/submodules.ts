import { isInside, type AbsolutePath } from '@linux-sandbox/policy'
import { childPath } from '../child-path.js'
import { pathFrom, valuesIn } from './layout.js'
import type { GitProtection } from './protection.js'

/**
 * Makes the empty directories of submodules that are not checked out read-only: git looks into every submodule of a worktree for
 * changes, and a repository put there would bring its own configuration. So is then the file that names them, for the next plan, unless
 * the command may write the index, which decides what is a submodule.
 */
export function freezeUnpopulatedSubmodules(
  workTree: AbsolutePath,
  gitWrites: 'none' | 'commit',
  protection: GitProtection,
): void {
  const { disk } = protection
  const file = childPath(workTree, '.gitmodules')
  const reason = 'git looks for a repository in it, to see whether the submodule has changed'
  const places = valuesIn(disk, file)
    .filter(({ section, name }) => section === 'submodule' && name === 'path')
    .flatMap(({ value }) => pathFrom(workTree, value) ?? [])
    .filter((path) => path !== workTree && isInside(path, workTree))
    .filter((path) => disk.follow(path) === path && disk.list(path)?.length === 0)
  for (const path of places) protection.freeze(path, { kind: 'git', repository: workTree, reason })
  if (places.length === 0 || gitWrites === 'commit') return
  protection.freeze(file, { kind: 'git', repository: workTree, reason: 'it names the submodules' })
}
