import { PolicyUnsupportedError } from '@linux-sandbox/errors'
import {
  absolutePath,
  isFullDiskWrite,
  isInside,
  type AbsolutePath,
  type ResolvedPolicy,
} from '@linux-sandbox/policy'
import { cachedDiskView, type DiskView } from './disk-view.js'
import type { Cause, MountOperation, MountPlan, PlanNote } from './plan.js'
import { kernelControls, kernelLists } from './kernel-controls.js'
import { protectNames } from './protected-names.js'
import { rulesOnDisk, type Rule } from './rules.js'

export interface PlanOptions {
  /**
   * `bare` leaves the settings and lists of the kernel in `/proc` as its permissions have them. For ordinary users alone, and only
   * where the command mounts a `/proc` of its own, which the kernel refuses when a part of this one is covered. Default `covered`.
   */
  readonly kernelControls?: 'covered' | 'bare'
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
  { kernelControls: controls = 'covered' }: PlanOptions = {},
): MountPlan {
  const view = cachedDiskView(disk)
  const { fileSystem } = policy
  if (fileSystem.kind === 'unrestricted') {
    const base = baseOperations({ access: 'write', devices: true, readOnly: [], hidden: [] }, because('nothing is restricted'))
    return { operations: base, notes: [] }
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
    throw new PolicyUnsupportedError('a policy without read access to /', 'restricted reading is not supported yet', {
      hint: 'add an entry that reads the special path "root", and deny what must stay hidden',
    })
  }
  const readOnly = controls === 'bare' ? [] : kernelControls(view)
  const hidden = controls === 'bare' ? [] : kernelLists(view)
  const operations = baseOperations(
    { access: root.access, devices: false, readOnly, hidden },
    { kind: 'entry', origin: root.entry.origin },
  )
  const planned = [root, ...rest].map((rule) => planRule(rule, { rules, disk: view, policy }))
  return {
    operations: [
      ...operations,
      ...planned.flatMap((one) => one.operations),
      ...planned.flatMap((one) => one.afterwards).toReversed(),
    ],
    notes: [...notes, ...planned.flatMap((one) => one.notes)],
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
  if (rule.access === 'deny') return planMask(rule, cause, context)
  const needsMount = rule.access !== rule.inherited && rule.path !== '/'
  const mount: MountOperation[] = needsMount
    ? [{ type: 'bind', source: rule.path, target: rule.path, access: rule.access, cause }]
    : []
  const hasNames = rule.access === 'write' && !isFullDiskWrite(context.policy) && isDirectory(rule, context.disk)
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
  const granted = rules.filter((one) => one.access !== 'deny' && isInside(one.path, target)).map((one) => one.path)
  const directories = directoriesBelow(target, granted, disk).map(
    (path): MountOperation => ({ type: 'directory', target: path, mode: 0o111, cause }),
  )
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

interface Base {
  readonly access: 'read' | 'write'
  readonly devices: boolean
  /** In the fresh `/proc`. */
  readonly readOnly: readonly AbsolutePath[]
  readonly hidden: readonly AbsolutePath[]
}

function baseOperations({ access, devices, readOnly, hidden }: Base, cause: Cause): MountOperation[] {
  const root: MountOperation = { type: 'root', access, devices, cause }
  const proc: MountOperation = {
    type: 'proc',
    readOnly,
    cause: because('the PID namespace has its own processes'),
  }
  if (devices) return [root, proc]
  const dev = absolutePath('/dev')
  const shm = absolutePath('/dev/shm')
  const minimal = because('only the harmless devices')
  const masks = hidden.map(
    (target): MountOperation => ({ type: 'mask-file', target, cause: because('it tells about others') }),
  )
  return [
    root,
    { type: 'dev', cause: minimal },
    { type: 'tmpfs', target: shm, mode: 0o1777, cause: because('shared memory of the command alone') },
    { type: 'remount-read-only', target: dev, cause: minimal },
    proc,
    ...masks,
  ]
}

function because(reason: string): Cause {
  return { kind: 'base', reason }
}

function isDirectory({ path }: Rule, disk: DiskView): boolean {
  return path === '/' || disk.kindOf(path) === 'directory'
}
