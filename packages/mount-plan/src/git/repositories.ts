import { parentPath, pathComponents, type AbsolutePath } from '@linux-sandbox/policy'
import { childPath } from '../child-path.js'
import type { CarefulDisk } from './careful-disk.js'
import { commonDirectory, looksLikeGitDirectory, pointerTarget, pointsBack } from './layout.js'
import type { FoundRepositories } from './scan.js'

/** One repository as it was found in something writable. */
export interface Repository {
  readonly kind: 'directory' | 'pointer' | 'link' | 'bare'
  /** Where git finds it: an entry `.git`, or the directory itself when it is bare. */
  readonly at: AbsolutePath
  /** The directory with the entry `.git`; for a bare one the same as `at`. */
  readonly workTree: AbsolutePath
  /** The git directory that this leads to, when there is one. */
  readonly directory?: AbsolutePath
  /** The git directory with the configuration, the hooks and the objects: of a linked worktree another than `directory`. */
  readonly common?: AbsolutePath
}

export function repositoriesOf({ workTrees, bare }: FoundRepositories, disk: CarefulDisk): Repository[] {
  const inWorkTrees = workTrees.flatMap(({ directory: workTree, dotGit }): Repository[] => {
    const at = childPath(workTree, '.git')
    switch (dotGit) {
      case 'directory':
        return [located({ kind: 'directory', at, workTree }, at, disk)]
      case 'file':
        return [located({ kind: 'pointer', at, workTree }, pointerTarget(disk, at), disk)]
      case 'symlink':
        return [located({ kind: 'link', at, workTree }, disk.follow(at), disk)]
      case 'device':
        return []
    }
  })
  // A git directory in a `.git` is a writable root because the policy grants it by name.
  const alone = bare.filter((path) => !isInsideDotGit(path))
  return [
    ...inWorkTrees,
    ...alone.map((path) => located({ kind: 'bare', at: path, workTree: path }, path, disk)),
  ]
}

function located(repository: Repository, directory: AbsolutePath | undefined, disk: CarefulDisk): Repository {
  if (directory === undefined) return repository
  return { ...repository, directory, common: commonDirectory(disk, directory) ?? directory }
}

/**
 * Whether the git directory of `repository` says that this pointer file is its own. Whoever may write a workspace can put a pointer to any
 * repository into it, which the next sandbox would open.
 */
export function isVerified({ kind, at, directory, common }: Repository, disk: CarefulDisk): boolean {
  if (kind !== 'pointer' || directory === undefined || common === undefined) return false
  const worktrees = parentPath(directory)
  const isTheirs =
    directory === common || (worktrees === childPath(common, 'worktrees') && worktrees !== directory)
  return isTheirs && looksLikeGitDirectory(disk.list(common) ?? []) && pointsBack(disk, directory, at)
}

export function isInsideDotGit(path: AbsolutePath): boolean {
  return pathComponents(path).includes('.git')
}
