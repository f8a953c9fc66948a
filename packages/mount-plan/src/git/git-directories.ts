import { joinPath, type AbsolutePath } from '@linux-sandbox/policy'
import { childPath } from '../child-path.js'
import type { Cause } from '../plan.js'
import { looksLikeGitDirectory } from './layout.js'
import type { GitProtection } from './protection.js'
import { isInsideDotGit } from './repositories.js'
import { EXECUTING_NAMES, EXECUTING_NAMES_OF_WORKTREE, type ExecutingName } from './what-executes.js'

/**
 * Makes the git directory at `directory` read-only as a whole, unless it was opened before or the policy grants it. When it was granted by
 * accident, being a bare repository in the place of a workspace, only what executes is read-only.
 */
export function freezeRepository(directory: AbsolutePath, protection: GitProtection): void {
  const links = protection.freezeTargets(directory, EXECUTING_NAMES)
  if (!protection.isGranted(directory)) return protection.freeze(directory, frozen(directory))
  if (isInsideDotGit(directory)) return
  for (const link of links) protection.noteLink(link)
  protection.freezeNames(directory, EXECUTING_NAMES)
}

/**
 * Makes what committing changes writable in the git directory at `common`, those of its linked worktrees and of its submodules. Housekeeping
 * writes them all.
 */
export function openForCommits(common: AbsolutePath, protection: GitProtection): void {
  if (protection.isGranted(common) || !openOne(common, EXECUTING_NAMES, protection)) return
  for (const worktree of directoriesIn(childPath(common, 'worktrees'), protection)) {
    openOne(worktree, EXECUTING_NAMES_OF_WORKTREE, protection)
  }
  for (const path of submodulesIn(childPath(common, 'modules'), protection)) openForCommits(path, protection)
}

/** Whether it could be opened: a name that is a link could be replaced once its directory is writable. */
function openOne(
  directory: AbsolutePath,
  names: readonly ExecutingName[],
  protection: GitProtection,
): boolean {
  if (protection.accessAt(directory) === 'deny') return false
  const [link] = protection.freezeTargets(directory, names)
  if (link !== undefined) {
    const message = `${directory} stays read-only: ${link} is a symbolic link, and the command could replace it`
    protection.note('git-not-writable', directory, message)
    protection.freeze(directory, frozen(directory))
    return false
  }
  protection.open(directory, { kind: 'git', repository: directory, reason: 'commits are to be possible' })
  protection.freezeNames(directory, names)
  return true
}

/** Names of submodules may have slashes, so a directory in `modules` may hold several. */
function submodulesIn(modules: AbsolutePath, protection: GitProtection): AbsolutePath[] {
  return directoriesIn(modules, protection).flatMap((path) => {
    const entries = protection.disk.list(path) ?? []
    return looksLikeGitDirectory(entries) ? [path] : submodulesIn(path, protection)
  })
}

function directoriesIn(path: AbsolutePath, { disk }: GitProtection): AbsolutePath[] {
  return (disk.list(path) ?? [])
    .filter(({ kind }) => kind === 'directory')
    .map(({ name }) => joinPath(path, name))
    .toSorted()
}

function frozen(repository: AbsolutePath): Cause {
  return { kind: 'git', repository, reason: 'git executes hooks and programs named in its configuration' }
}
