import { parentPath, type AbsolutePath } from '@linux-sandbox/policy'
import type { Cause, PlanNote } from '../plan.js'
import { isWritableRoot, type ProtectionContext } from '../protected-names.js'
import { sortedByDepth } from '../rules.js'
import { refuseBareShape } from './bare-shape.js'
import { freezeConfiguredPaths } from './configured-paths.js'
import { freezeRepository, openForCommits } from './git-directories.js'
import { GitProtection } from './protection.js'
import { isInsideDotGit, isVerified, repositoriesOf, type Repository } from './repositories.js'
import { findRepositories, SCAN_LIMITS, type ScanLimits } from './scan.js'
import { freezeUnpopulatedSubmodules } from './submodules.js'

/**
 * What a command may change of git repositories. `none`: nothing. `commit`: what committing, branching, merging and housekeeping
 * change, but nothing that makes git execute something. `all`: everything, as with any other file. The last two hold for the repository of a
 * linked worktree or a submodule as well, wherever it is, when that one leads back to it.
 */
export type GitWrites = 'none' | 'commit' | 'all'

/**
 * Adds the rules that keep a command from making a git outside execute something, for every repository in a writable root. What the
 * policy itself grants or denies at or in a git directory stands, except that `commit` and `all` lift `read`.
 *
 * @returns what could not be protected or opened, and where nobody looked.
 */
export function addGitRules(
  gitWrites: GitWrites,
  context: ProtectionContext,
  limits: ScanLimits = SCAN_LIMITS,
): PlanNote[] {
  const protection = new GitProtection(context)
  const writable = context.rules.all().filter((rule) => isWritableRoot(rule, context.disk))
  const roots = sortedByDepth(writable).map(({ path }) => path)
  const found = findRepositories(roots, protection, limits)
  const repositories = repositoriesOf(found, protection.disk)
  if (gitWrites === 'all') {
    for (const one of repositories) liftAll(one, protection)
    return []
  }
  for (const one of repositories) restrict(one, gitWrites, protection)
  const workTrees = gitWrites === 'commit' ? repositories.map(({ workTree }) => workTree) : []
  for (const directory of new Set([...roots, ...workTrees])) {
    if (!isInsideDotGit(directory)) refuseBareShape(directory, protection)
  }
  return [...protection.notes, ...found.notes]
}

function restrict(repository: Repository, gitWrites: 'none' | 'commit', protection: GitProtection): void {
  const { kind, at, workTree, directory, common } = repository
  if (kind === 'pointer') {
    if (protection.isGranted(at)) return liftAll(repository, protection)
    const reason = 'git takes the repository that it leads to'
    protection.freeze(at, { kind: 'git', repository: at, reason })
  }
  if (kind === 'link') protection.noteLink(at)
  if (directory === undefined || common === undefined) return
  if (gitWrites === 'commit' && mayOpen(repository, protection)) openForCommits(common, protection)
  for (const one of new Set([common, directory])) freezeRepository(one, protection)
  freezeConfiguredPaths({ directory, common, workTree }, protection)
  if (kind !== 'bare') freezeUnpopulatedSubmodules(workTree, gitWrites, protection)
}

/** Whether `commit` is to open this repository, and the disk shows that it is the one of this workspace. */
function mayOpen(repository: Repository, protection: GitProtection): boolean {
  const { kind, at, common } = repository
  if (kind === 'link' || common === undefined || protection.accessAt(common) === 'deny') return false
  if (isAmongWritable(common, protection) || isVerified(repository, protection.disk)) return true
  const message = `${common} stays read-only: it does not lead back to ${at}; grant write to it explicitly`
  protection.note('git-not-writable', at, message)
  return false
}

/** Makes everything of `repository` writable that can be read, its pointer file included. */
function liftAll(repository: Repository, protection: GitProtection): void {
  const { kind, at, directory, common } = repository
  const reason = 'the caller lets the command write the whole repository'
  const cause: Cause = { kind: 'git', repository: at, reason }
  const places = [at, common, directory].filter((path) => path !== undefined)
  const isOpen = isVerified(repository, protection.disk)
  for (const path of new Set(places)) {
    if (protection.accessAt(path) !== 'read' || !(isOpen || isAmongWritable(path, protection))) continue
    if (path !== at || kind !== 'link') protection.rules.add({ path, access: 'write', cause })
  }
}

/** Whether `path` is writable, or would be but for a rule at it. */
function isAmongWritable(path: AbsolutePath, protection: GitProtection): boolean {
  return protection.accessAt(path) === 'write' || protection.accessAt(parentPath(path)) === 'write'
}
