import { parentPath, type AbsolutePath } from '@linux-sandbox/policy'
import type { DiskView } from '../disk-view.js'
import type { Placeholder, PlanNote } from '../plan.js'
import type { RuleSet } from '../rules.js'
import { refuseBareShape } from './bare-shape.js'
import { carefulDisk, type CarefulDisk } from './careful-disk.js'
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

export interface GitRules {
  readonly notes: readonly PlanNote[]
  /** Parents first. */
  readonly placeholders: readonly Placeholder[]
}

export interface GitRuleOptions {
  readonly disk: DiskView
  readonly gitWrites: GitWrites
  /** Default `SCAN_LIMITS`. */
  readonly limits?: ScanLimits
}

/**
 * Adds the rules that keep a command from making a git outside execute something, for every repository in a writable root. What the
 * policy itself grants or denies at a git directory stands, except that `commit` and `all` lift `read`.
 */
export function addGitRules(
  rules: RuleSet,
  { disk, gitWrites, limits = SCAN_LIMITS }: GitRuleOptions,
): GitRules {
  const careful = carefulDisk(disk)
  const protection = new GitProtection(rules, careful)
  const roots = writableDirectories(rules, careful)
  const found = findRepositories(roots, { disk: careful, rules, limits })
  const repositories = repositoriesOf(found, careful)
  if (gitWrites === 'all') {
    for (const one of repositories) liftAll(one, protection)
    return { notes: [], placeholders: [] }
  }
  for (const one of repositories) restrict(one, gitWrites, protection)
  const workTrees = gitWrites === 'commit' ? repositories.map(({ workTree }) => workTree) : []
  for (const directory of new Set([...roots, ...workTrees])) {
    if (!isInsideDotGit(directory)) refuseBareShape(directory, protection)
  }
  return { notes: [...protection.notes, ...found.notes], placeholders: protection.placeholders }
}

function restrict(repository: Repository, gitWrites: 'none' | 'commit', protection: GitProtection): void {
  const { kind, at, workTree, directory, common } = repository
  if (kind === 'pointer') {
    if (protection.isGranted(at)) return liftAll(repository, protection)
    protection.freeze(at, {
      kind: 'git',
      repository: at,
      reason: 'git takes the repository that it leads to',
    })
  }
  if (kind === 'link') protection.noteLink(at)
  if (directory === undefined || common === undefined) return
  if (gitWrites === 'commit' && mayOpen(repository, protection)) openForCommits(common, protection)
  for (const one of new Set([common, directory])) freezeRepository(one, protection)
  freezeConfiguredPaths({ directory, common, workTree }, protection)
  if (kind !== 'bare') freezeUnpopulatedSubmodules(workTree, protection)
}

/** Whether `commit` is to open this repository, and the disk shows that it is the one of this workspace. */
function mayOpen(repository: Repository, { rules, disk, note }: GitProtection): boolean {
  const { kind, at, common } = repository
  if (kind === 'link' || common === undefined || rules.accessAt(common) === 'deny') return false
  if (isAmongWritable(common, rules) || isVerified(repository, disk)) return true
  const message = `${common} stays read-only: it does not lead back to ${at}; grant write to it explicitly`
  note('git-not-writable', at, message)
  return false
}

/** Makes everything of `repository` writable that can be read, its pointer file included. */
function liftAll(repository: Repository, { rules, disk }: GitProtection): void {
  const { at, directory, common } = repository
  const reason = 'the caller lets the command write the whole repository'
  const places = [at, common, directory].filter((path) => path !== undefined)
  const isOpen = isVerified(repository, disk)
  for (const path of new Set(places)) {
    if (rules.accessAt(path) !== 'read' || !(isOpen || isAmongWritable(path, rules))) continue
    if (path === at && repository.kind === 'link') continue
    rules.replace({ path, access: 'write', cause: { kind: 'git', repository: at, reason } })
  }
}

/** Whether `path` is writable, or would be but for a rule at it. */
function isAmongWritable(path: AbsolutePath, rules: RuleSet): boolean {
  return rules.accessAt(path) === 'write' || rules.accessAt(parentPath(path)) === 'write'
}

function writableDirectories(rules: RuleSet, disk: CarefulDisk): AbsolutePath[] {
  return rules
    .sorted()
    .filter(({ path, access }) => access === 'write' && disk.kindOf(path) === 'directory')
    .map(({ path }) => path)
}
