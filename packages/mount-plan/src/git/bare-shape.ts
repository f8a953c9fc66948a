import { pathPrefixes, type AbsolutePath } from '@linux-sandbox/policy'
import { childPath } from '../child-path.js'
import type { Cause } from '../plan.js'
import type { CarefulDisk } from './careful-disk.js'
import { looksLikeGitDirectory } from './layout.js'
import type { GitProtection } from './protection.js'

/** Directories without which git takes nothing for a repository. */
const NEEDED = ['refs', 'objects']

/**
 * Keeps `directory` from being taken for a bare repository when its `.git` gets broken or is a placeholder. An empty directory appears in
 * no `git status`.
 */
export function refuseBareShape(directory: AbsolutePath, protection: GitProtection): void {
  const { disk } = protection
  const dotGit = childPath(directory, '.git')
  const kind = disk.kindOf(dotGit)
  // Who can make a `.git` needs no other repository. And git goes no further where a pointer file leads to nothing.
  if (kind === undefined || kind === 'file' || protection.isGranted(dotGit)) return
  const isLasting = kind === 'directory' && protection.accessAt(dotGit) !== 'write'
  if (isLasting && holdsRepository(directory, disk)) return
  if (looksLikeGitDirectory(disk.list(directory) ?? [])) return
  const reason = 'git would take the directory for a repository, and execute what its configuration names'
  const cause: Cause = { kind: 'git', repository: directory, reason }
  const head = childPath(directory, 'HEAD')
  // In a repository `git diff HEAD` would not know whether the name or the commit is meant.
  if (
    disk.kindOf(head) !== 'file' &&
    canStayUseless(head, disk) &&
    !pathPrefixes(directory).some((at) => holdsRepository(at, disk))
  ) {
    return protection.freezeOrStandIn({ path: head, cause })
  }
  refuseBesideHead(directory, cause, protection)
}

/**
 * The same with names that mean nothing to git's commands. While the command runs, git stops with an error where `commondir` is a directory; it
 * looks at it only when there is a `HEAD` beside it. Afterwards one of the directories is missing that a repository must have, and that
 * the command could not make.
 */
function refuseBesideHead(directory: AbsolutePath, cause: Cause, protection: GitProtection): void {
  protection.freezeOrStandIn({ path: childPath(directory, 'commondir'), cause })
  const needed = NEEDED.map((name) => childPath(directory, name))
  const useless = needed.find((path) => canStayUseless(path, protection.disk))
  if (useless !== undefined) return protection.freezeOrStandIn({ path: useless, cause })
  const message = `${needed.join(' and ')} exist, so the command can make a bare repository of ${directory}`
  protection.note('git-not-protected', directory, message)
}

function holdsRepository(directory: AbsolutePath, disk: CarefulDisk): boolean {
  const dotGit = childPath(directory, '.git')
  const kind = disk.kindOf(dotGit)
  return kind === 'directory' ? looksLikeGitDirectory(disk.list(dotGit) ?? []) : kind !== undefined
}

/**
 * Whether what is at `path` is no directory afterwards: an empty one is taken for the placeholder of another sandbox. In a sandbox in
 * a sandbox such a placeholder has a file by which git ignores it.
 */
function canStayUseless(path: AbsolutePath, disk: CarefulDisk): boolean {
  const kind = disk.kindOf(path)
  if (kind !== 'directory') return kind !== 'symlink'
  return disk.list(path)?.every(({ name }) => name === '.gitignore') === true
}
