import { PolicyUnsupportedError } from '@linux-sandbox/errors'
import {
  absolutePath,
  type AbsolutePath,
  type ProtectedName,
  type ResolvedPolicy,
  type RestrictedFileSystemPolicy,
} from '@linux-sandbox/policy'
import { because, ownPlaceOperations, PROGRAM_PATH, unrestrictedOperations, type ProcAccess } from './base.js'
import { canonicalPath, type Link } from './canonical-path.js'
import { findDevices } from './devices.js'
import { cachedDiskView, type DiskView } from './disk-view.js'
import { entryRules, settleReplaceable } from './entry-rules.js'
import { Layers, type Layer } from './layers.js'
import { freshOperations, maskContents, maskOperations, type MaskContent } from './masks.js'
import { coverMissing, missingEntries, type MissingEntries } from './missing-entries.js'
import { Placeholders } from './placeholders.js'
import type { MountOperation, MountPlan, PlanNote } from './plan.js'
import { addGitRules, type GitWrites } from './git/add-git-rules.js'
import { addGlobRules } from './globs/glob-rules.js'
import { addPlatformDefaults } from './platform-default-rules.js'
import { addProtectedNames } from './protected-names.js'
import type { RuleSet } from './rules.js'

export interface PlanOptions {
  /** Default `read-only`. */
  readonly proc?: ProcAccess
  /**
   * `make`: what must not be created is mounted on directories that are made for that, `MountPlan.placeholders`. Default `none`: a
   * rule that would need one is refused, and a protected name is noted.
   */
  readonly placeholders?: 'make' | 'none'
  /** What the command may change of the git repositories in its writable roots. Default `none`. */
  readonly gitWrites?: GitWrites
  /** Devices to add to the minimal `/dev`. */
  readonly devices?: readonly AbsolutePath[]
  /** Gives the command a `/tmp` of its own, in memory. Rules for what lies below the host's still hold. */
  readonly privateTmp?: boolean
  /** The program that runs as pid 1, for sandboxes without a `/proc` to reach it by its descriptor. */
  readonly program?: AbsolutePath
}

const ROOT = absolutePath('/')
const DEV = absolutePath('/dev')
const PROC = absolutePath('/proc')

/**
 * The mounts that give a command exactly what `policy` says, on the disk that `disk` shows.
 *
 * Order: the host tree or an empty one, `/dev` and `/proc`; then the rules by depth, so that a narrower rule always comes after
 * the broader one that it overrides, whatever its kind; last the empty places become read-only, when nothing has to be
 * mounted in them any more.
 *
 * @throws {PolicyUnsupportedError} when part of the policy cannot be enforced by mounts.
 */
export function planMounts(policy: ResolvedPolicy, disk: DiskView, options: PlanOptions = {}): MountPlan {
  const view = new Placeholders(cachedDiskView(disk), { areMade: options.placeholders === 'make' })
  const { fileSystem } = policy
  if (fileSystem.kind === 'unrestricted') return planUnrestricted(view, options)
  const { rules, links, notes } = policyRules(policy, fileSystem, { view, options })
  const devices = findDevices(options.devices ?? [], view)
  const given = devices.found.map(({ target }) => target)
  const layers = new Layers(rules, given)
  const isProcGranted = rules.has(PROC) && rules.accessAt(PROC) === 'read'
  const proc = options.proc ?? 'read-only'
  const hasProc = proc !== 'granted' || isProcGranted
  const program = programToBind(layers, { program: options.program, hasProc })
  const own = { proc, isProcGranted, devices: devices.found, program }
  return {
    operations: layerOperations(layers, maskContents(layers, links), {
      own: ownPlaceOperations(own, view),
      disk: view,
    }),
    placeholders: view.all(),
    notes: [...notes, ...devices.notes],
    ...(program === undefined ? {} : { program: PROGRAM_PATH }),
  }
}

interface Planning {
  readonly view: Placeholders
  readonly options: PlanOptions
}

interface PolicyRules {
  readonly rules: RuleSet
  readonly links: readonly Link[]
  readonly notes: readonly PlanNote[]
}

/** Every rule that the policy comes to on this disk. What is at `/` always has one. */
function policyRules(
  policy: ResolvedPolicy,
  { entries, globs, platformDefaults, globScanMaxDepth }: RestrictedFileSystemPolicy,
  { view, options }: Planning,
): PolicyRules {
  const { rules, replaceable, granting, writtenLinks, missing, notes } = entryRules(entries, view)
  const absent = missingEntries(missing, rules)
  const defaultLinks = platformDefaults ? addPlatformDefaults(rules, view) : []
  if (!rules.has(ROOT))
    rules.add({ path: ROOT, access: 'deny', cause: because('the policy does not name it') })
  if (options.privateTmp === true) addPrivateTmp(rules, view)
  const isFullWrite = globs.length === 0 && isEverythingWritable(rules, absent)
  const isGranted = (path: AbsolutePath): boolean => writtenLinks.has(path) || absent.writable.has(path)
  const protection = { rules, disk: view, isGranted }
  const { gitWrites = 'none' } = options
  const names = namesFor(gitWrites, policy)
  const protect = (): PlanNote[] => (isFullWrite ? [] : addProtectedNames(names, protection))

  const nameNotes = protect()
  const linkNotes = settleReplaceable(replaceable, rules)
  if (replaceable.length > 0) nameNotes.push(...protect())
  if (coverMissing(absent, rules, view)) nameNotes.push(...protect())
  const gitNotes = isFullWrite ? [] : addGitRules(gitWrites, protection)
  // Last: what a glob matches is denied, and so is what any other rule gives inside it. A placeholder was not there to match.
  const globNotes = addGlobRules(rules, globs, { disk: view.host, maxDepth: globScanMaxDepth })
  const absentNotes = absent.notes.filter(({ path }) => !view.has(path))
  const made = absent.entries.filter(({ entry, path }) => entry.access !== 'deny' && view.has(path))
  const granted = [...granting, ...made].filter(({ path }) => rules.accessAt(path) !== 'deny')
  return {
    rules,
    links: [...granted.flatMap(({ links }) => links), ...defaultLinks],
    notes: onePerPath([...nameNotes, ...notes, ...linkNotes, ...gitNotes, ...globNotes, ...absentNotes]),
  }
}

/** Who may write all of git may make a repository as well. */
function namesFor(gitWrites: GitWrites, { protectedNames }: ResolvedPolicy): readonly ProtectedName[] {
  return gitWrites === 'all' ? protectedNames.filter(({ name }) => name !== '.git') : protectedNames
}

/** A policy that lets the command write everything has no writable root to protect names in. */
function isEverythingWritable(rules: RuleSet, missing: MissingEntries): boolean {
  return (
    rules.all().every(({ access }) => access === 'write') &&
    missing.entries.every(({ entry }) => entry.access === 'write')
  )
}

const PRIVATE_TMP = because('the option "privateTmp"')

function addPrivateTmp(rules: RuleSet, disk: DiskView): void {
  const { path } = canonicalPath(disk, absolutePath('/tmp'))
  if (disk.kindOf(path) !== 'directory') {
    throw new PolicyUnsupportedError('the option "privateTmp"', `${path} is no directory`, {
      hint: 'make /tmp a directory, or leave the option out',
    })
  }
  rules.addFresh(path, PRIVATE_TMP)
}

function planUnrestricted(disk: DiskView, { privateTmp = false }: PlanOptions): MountPlan {
  const { path: target } = canonicalPath(disk, absolutePath('/tmp'))
  const tmp: MountOperation = { type: 'tmpfs', target, mode: 0o1777, cause: PRIVATE_TMP }
  return {
    operations: [...unrestrictedOperations(), ...(privateTmp ? [tmp] : [])],
    placeholders: [],
    notes: [],
  }
}

/** The program, if `/proc` does not show it: then it is in `/dev`. */
function programToBind(
  layers: Layers,
  { program, hasProc }: { readonly program: AbsolutePath | undefined; readonly hasProc: boolean },
): AbsolutePath | undefined {
  const isDenied = layers.layerFor(absolutePath('/proc/self/fd'))?.path.startsWith(PROC) === true
  if (program === undefined || (hasProc && !isDenied)) return undefined
  if (layers.layerFor(PROGRAM_PATH)?.path === DEV) {
    throw new PolicyUnsupportedError('deny on /dev', 'without a /proc the sandbox needs it to start', {
      hint: 'deny single devices',
    })
  }
  return program
}

interface Surroundings {
  /** What comes right after `/`. */
  readonly own: readonly MountOperation[]
  readonly disk: DiskView
}

function layerOperations(
  layers: Layers,
  contents: ReadonlyMap<AbsolutePath, MaskContent>,
  { own, disk }: Surroundings,
): MountOperation[] {
  const operations = layers.all.flatMap((layer) => {
    const made = layerOperation(layer, contents.get(layer.path), disk)
    return layer.path === '/' ? [...made, ...own] : made
  })
  const freezing = operations.flatMap((one): MountOperation[] =>
    one.type === 'mask-directory' && !own.includes(one)
      ? [{ type: 'remount-read-only', target: one.target, cause: one.cause }]
      : [],
  )
  return [...operations, ...freezing.toReversed()]
}

function layerOperation(
  layer: Layer,
  content: MaskContent | undefined,
  disk: DiskView,
): readonly MountOperation[] {
  const { path, access, cause } = layer
  if (layer.content === 'fresh') return freshOperations(layer, content)
  if (access === 'deny') return maskOperations(layer, content, disk)
  if (path === '/') return [{ type: 'root', access, devices: false, cause }]
  return [{ type: 'bind', source: path, target: path, access, cause }]
}

/** A preset names the protected names as entries as well: what is missing is told once, and by the stronger rule. */
function onePerPath(notes: readonly PlanNote[]): PlanNote[] {
  const byPath = new Map<AbsolutePath, PlanNote>()
  for (const note of notes) if (!byPath.has(note.path)) byPath.set(note.path, note)
  return [...byPath.values()]
}
