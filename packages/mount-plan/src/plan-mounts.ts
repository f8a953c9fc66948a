import { PolicyUnsupportedError } from '@linux-sandbox/errors'
import {
  absolutePath,
  isFullDiskWrite,
  isInside,
  type AbsolutePath,
  type ProtectedName,
  type ResolvedPolicy,
} from '@linux-sandbox/policy'
import { baseOperations, unrestrictedOperations, type ProcAccess } from './base.js'
import { cachedDiskView, type DiskView } from './disk-view.js'
import { isSettledByOwnPlace } from './own-places.js'
import type { MountOperation, MountPlan, PlanNote } from './plan.js'
import { addGitRules, type GitRules, type GitWrites } from './git/add-git-rules.js'
import { addEntryRules } from './entry-rules.js'
import { addProtectedNames } from './protected-names.js'
import { RuleSet, type Rule } from './rules.js'

export interface PlanOptions {
  /** Default `read-only`. */
  readonly proc?: ProcAccess
  /** What the command may change of the git repositories in its writable roots. Default `none`. */
  readonly gitWrites?: GitWrites
}

/**
 * The mounts that give a command exactly what `policy` says, on the disk that `disk` shows.
 *
 * Order: the host tree, `/dev` and `/proc`; then the rules by depth, so that a narrower rule always comes after the broader one
 * that it overrides, whatever its kind; last the masks become read-only, when nothing has to be mounted in them any more.
 *
 * @throws {PolicyUnsupportedError} when part of the policy cannot be enforced by mounts.
 */
export function planMounts(
  policy: ResolvedPolicy,
  disk: DiskView,
  { proc = 'read-only', gitWrites = 'none' }: PlanOptions = {},
): MountPlan {
  const view = cachedDiskView(disk)
  const { fileSystem } = policy
  if (fileSystem.kind === 'unrestricted') {
    return { operations: unrestrictedOperations(), placeholders: [], notes: [] }
  }
  const glob = fileSystem.globs[0]
  if (glob !== undefined) {
    throw new PolicyUnsupportedError(`the glob ${glob.pattern}`, 'deny globs are not supported yet', {
      hint: 'name the files or directories one by one',
    })
  }

  const set = new RuleSet()
  const entryNotes = addEntryRules(set, fileSystem.entries, view)
  const nameNotes = isFullDiskWrite(policy) ? [] : addProtectedNames(set, namesFor(gitWrites, policy), view)
  const git = isFullDiskWrite(policy) ? NO_GIT_RULES : addGitRules(set, { disk: view, gitWrites })
  const rules = set.sorted()
  const [root] = rules
  if (root === undefined || root.path !== '/' || root.access === 'deny') {
    throw new PolicyUnsupportedError(
      'a policy without read access to /',
      'restricted reading is not supported yet',
      {
        hint: 'add an entry that reads the special path "root", and deny what must stay hidden',
      },
    )
  }
  const planned = rules.map((rule) => planRule(rule, { rules, disk: view }))
  return {
    operations: [
      ...baseOperations({ access: root.access, cause: root.cause, proc }, view),
      ...planned.flatMap((one) => one.operations),
      ...planned.flatMap((one) => one.afterwards).toReversed(),
    ],
    placeholders: git.placeholders,
    notes: onePerPath([...nameNotes, ...entryNotes, ...git.notes]),
  }
}

interface PlannedRule {
  readonly operations: readonly MountOperation[]
  /** What must wait until everything else is mounted. */
  readonly afterwards: readonly MountOperation[]
}

interface RuleContext {
  readonly rules: readonly Rule[]
  readonly disk: DiskView
}

const NO_GIT_RULES: GitRules = { notes: [], placeholders: [] }
const NOTHING: PlannedRule = { operations: [], afterwards: [] }

function planRule(rule: Rule, context: RuleContext): PlannedRule {
  const { path, access, cause } = rule
  if (path === '/' || (access === rule.inherited && rule.isPinned !== true) || isSettledByOwnPlace(rule))
    return NOTHING
  if (access === 'deny') return planMask(rule, context)
  const found = cause.kind === 'git' ? { ifMissing: 'skip' as const } : {}
  return {
    operations: [{ type: 'bind', source: path, target: path, access, ...found, cause }],
    afterwards: [],
  }
}

function planMask({ path: target, cause }: Rule, { rules, disk }: RuleContext): PlannedRule {
  if (disk.kindOf(target) !== 'directory') {
    return { operations: [{ type: 'mask-file', target, cause }], afterwards: [] }
  }
  const granted = rules
    .filter((one) => one.access !== 'deny' && isInside(one.path, target))
    .map((one) => one.path)
  const directories = directoriesBelow(target, granted, disk).map((path): MountOperation => ({
    type: 'directory',
    target: path,
    mode: 0o111,
    cause,
  }))
  return {
    operations: [{ type: 'mask-directory', target, traversable: granted.length > 0, cause }, ...directories],
    afterwards: [{ type: 'remount-read-only', target, cause }],
  }
}

/** The directories between `top` and each of `paths`, both exclusive, parents first. */
function directoriesBelow(top: AbsolutePath, paths: readonly AbsolutePath[], disk: DiskView): AbsolutePath[] {
  const found = new Set<AbsolutePath>()
  for (const path of paths) {
    const names = path.slice(top.length + 1).split('/')
    for (let length = 1; length < names.length; length++) {
      found.add(absolutePath(`${top}/${names.slice(0, length).join('/')}`))
    }
    if (disk.kindOf(path) === 'directory') found.add(path)
  }
  return [...found].toSorted((a, b) => a.length - b.length)
}

/** Who may write all of git may make a repository as well. */
function namesFor(gitWrites: GitWrites, { protectedNames }: ResolvedPolicy): readonly ProtectedName[] {
  return gitWrites === 'all' ? protectedNames.filter(({ name }) => name !== '.git') : protectedNames
}

/** A preset names the protected names as entries as well: what is missing is told once, and by the stronger rule. */
function onePerPath(notes: readonly PlanNote[]): PlanNote[] {
  const byPath = new Map<AbsolutePath, PlanNote>()
  for (const note of notes) if (!byPath.has(note.path)) byPath.set(note.path, note)
  return [...byPath.values()]
}
