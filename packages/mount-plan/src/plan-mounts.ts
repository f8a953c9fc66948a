import { PolicyUnsupportedError } from '@linux-sandbox/errors'
import {
  absolutePath,
  isFullDiskWrite,
  isInside,
  type AbsolutePath,
  type ResolvedPolicy,
} from '@linux-sandbox/policy'
import { baseOperations, unrestrictedOperations, type ProcAccess } from './base.js'
import { cachedDiskView, type DiskView } from './disk-view.js'
import { isSettledByOwnPlace } from './own-places.js'
import type { Cause, MountOperation, MountPlan, PlanNote } from './plan.js'
import { protectNames } from './protected-names.js'
import { rulesOnDisk, type Rule } from './rules.js'

export interface PlanOptions {
  /** Default `read-only`. */
  readonly proc?: ProcAccess
}

/**
 * The mounts that give a command exactly what `policy` says, on the disk that `disk` shows.
 *
 * Order: the host tree, `/dev` and `/proc`; then the rules by depth, each followed by the names that stay protected in it, so
 * that a narrower rule always comes after the broader one that it overrides; last the masks become read-only,
 * when nothing has to be mounted in them any more.
 *
 * @throws {PolicyUnsupportedError} when part of the policy cannot be enforced by mounts.
 */
export function planMounts(
  policy: ResolvedPolicy,
  disk: DiskView,
  { proc = 'read-only' }: PlanOptions = {},
): MountPlan {
  const view = cachedDiskView(disk)
  const { fileSystem } = policy
  if (fileSystem.kind === 'unrestricted') {
    return { operations: unrestrictedOperations(), notes: [] }
  }
  const glob = fileSystem.globs[0]
  if (glob !== undefined) {
    throw new PolicyUnsupportedError(`the glob ${glob.pattern}`, 'deny globs are not supported yet', {
      hint: 'name the files or directories one by one',
    })
  }

  const { rules, notes } = rulesOnDisk(fileSystem.entries, view)
  const [root, ...rest] = rules
  if (root === undefined || root.path !== '/' || root.access === 'deny') {
    throw new PolicyUnsupportedError(
      'a policy without read access to /',
      'restricted reading is not supported yet',
      {
        hint: 'add an entry that reads the special path "root", and deny what must stay hidden',
      },
    )
  }
  const cause: Cause = { kind: 'entry', origin: root.entry.origin }
  const planned = [root, ...rest].map((rule) => planRule(rule, { rules, disk: view, policy }))
  return {
    operations: [
      ...baseOperations({ access: root.access, cause, proc }, view),
      ...planned.flatMap((one) => one.operations),
      ...planned.flatMap((one) => one.afterwards).toReversed(),
    ],
    notes: onePerPath([...planned.flatMap((one) => one.notes), ...notes]),
  }
}

interface PlannedRule {
  readonly operations: readonly MountOperation[]
  /** What must wait until everything else is mounted. */
  readonly afterwards: readonly MountOperation[]
  readonly notes: readonly PlanNote[]
}

interface RuleContext {
  readonly rules: readonly Rule[]
  readonly disk: DiskView
  readonly policy: ResolvedPolicy
}

function planRule(rule: Rule, context: RuleContext): PlannedRule {
  const cause: Cause = { kind: 'entry', origin: rule.entry.origin }
  if (isSettledByOwnPlace(rule)) return { operations: [], afterwards: [], notes: [] }
  if (rule.access === 'deny') return planMask(rule, cause, context)
  const needsMount = rule.access !== rule.inherited && rule.path !== '/'
  const mount: MountOperation[] = needsMount
    ? [{ type: 'bind', source: rule.path, target: rule.path, access: rule.access, cause }]
    : []
  const hasNames =
    rule.access === 'write' && !isFullDiskWrite(context.policy) && isDirectory(rule, context.disk)
  if (!hasNames) {
    return { operations: mount, afterwards: [], notes: [] }
  }
  const protection = protectNames(rule, context.policy.protectedNames, context)
  return { operations: [...mount, ...protection.operations], afterwards: [], notes: protection.notes }
}

function planMask(rule: Rule, cause: Cause, { rules, disk }: RuleContext): PlannedRule {
  if (rule.inherited === 'deny') return { operations: [], afterwards: [], notes: [] }
  const target = rule.path
  if (disk.kindOf(target) !== 'directory') {
    return { operations: [{ type: 'mask-file', target, cause }], afterwards: [], notes: [] }
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
    notes: [],
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

function isDirectory({ path }: Rule, disk: DiskView): boolean {
  return path === '/' || disk.kindOf(path) === 'directory'
}

/** A preset names the protected names as entries as well: what is missing is told once, and by the stronger rule. */
function onePerPath(notes: readonly PlanNote[]): PlanNote[] {
  const byPath = new Map<AbsolutePath, PlanNote>()
  for (const note of notes) if (!byPath.has(note.path)) byPath.set(note.path, note)
  return [...byPath.values()]
}
