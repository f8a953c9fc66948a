import { LandlockMissingError, PolicyUnsupportedError } from '@linux-sandbox/errors'
import type { DiskView, PlanNote } from '@linux-sandbox/mount-plan'
import {
  absolutePath,
  isFullDiskWrite,
  joinPath,
  legacyObstacle,
  type AbsolutePath,
  type ResolvedPolicy,
  type RestrictedFileSystemPolicy,
} from '@linux-sandbox/policy'
import { deviceRules } from './devices.js'
import { FILE_LIMITS, lostNotes, NAMESPACE_LIMITS, protectedNameNotes, type LandlockNote } from './notes.js'
import { FS_RIGHTS, maskOf, NET_RIGHTS, SCOPES, type Scope } from './rights.js'
import { writableRootsOn } from './roots.js'
import { downgrade, type LandlockRule, type LandlockRuleset } from './ruleset.js'

export interface LandlockOptions {
  /** Of the kernel; 0 where Landlock is absent or off. */
  readonly abi: number
  readonly disk: DiskView
  /** Devices besides the harmless ones. */
  readonly devices?: readonly AbsolutePath[]
  /** Whether the command may write all of git repositories. */
  readonly isGitWritable?: boolean
}

/** A ruleset that a kernel takes, and what it leaves open. */
export interface LandlockPlan {
  readonly ruleset: LandlockRuleset
  readonly notes: readonly (LandlockNote | PlanNote)[]
}

/**
 * The ruleset that comes closest to `policy` on a kernel with `options.abi`, for a command that the seccomp filter `no-network` confines
 * as well where the network is restricted.
 *
 * @throws {LandlockMissingError} without Landlock.
 * @throws {PolicyUnsupportedError} for a policy that does more than to make some directories writable.
 */
export function landlockRuleset(policy: ResolvedPolicy, options: LandlockOptions): LandlockPlan {
  if (options.abi < 1) throw new LandlockMissingError()
  const obstacle = legacyObstacle(policy)
  if (obstacle !== undefined) {
    throw new PolicyUnsupportedError(obstacle.entry, obstacle.reason, {
      hint: 'Landlock enforces the legacy model only: everything is read, some directories are written; use bubblewrap',
    })
  }
  const { fileSystem } = policy
  const files =
    fileSystem.kind === 'unrestricted' || isFullDiskWrite(policy)
      ? UNRESTRICTED
      : restrictedFiles(policy, fileSystem, options)
  const isNetworkRestricted = policy.network === 'restricted'
  const { ruleset, lost } = downgrade(
    {
      // Where the network is the host's, so are its sockets in the file system.
      handledAccessFs: isNetworkRestricted ? files.handled : files.handled & ~SOCKETS,
      handledAccessNet: isNetworkRestricted ? maskOf(NET_RIGHTS) : 0n,
      scoped: scopesOf(policy),
      rules: files.rules,
    },
    options.abi,
  )
  return { ruleset, notes: [...files.notes, ...lostNotes(lost), ...NAMESPACE_LIMITS] }
}

/**
 * A ruleset that only keeps signals, and what the policy says of abstract sockets, inside the sandbox: for a sandbox that has no PID
 * namespace of its own. Files are somebody else's business.
 */
export function scopeRuleset(policy: ResolvedPolicy, abi: number): LandlockPlan {
  const scoped = scopesOf(policy)
  const { ruleset, lost } = downgrade({ handledAccessFs: 0n, handledAccessNet: 0n, scoped, rules: [] }, abi)
  return { ruleset, notes: lostNotes(lost) }
}

/** Abstract sockets belong to the network, which may be the host's. */
function scopesOf({ network }: ResolvedPolicy): bigint {
  const scopes: readonly Scope[] = network === 'restricted' ? ['signal', 'abstract-unix-socket'] : ['signal']
  return maskOf(SCOPES, scopes)
}

interface Files {
  readonly handled: bigint
  readonly rules: readonly LandlockRule[]
  readonly notes: readonly (LandlockNote | PlanNote)[]
}

const UNRESTRICTED: Files = { handled: 0n, rules: [], notes: [] }

const EVERYTHING = maskOf(FS_RIGHTS)

/** A rule for a path that is no directory may give no others. Source: ACCESS_FILE in security/landlock/fs.c of Linux 7.1. */
const OF_FILES = maskOf(FS_RIGHTS, [
  'execute',
  'write-file',
  'read-file',
  'truncate',
  'ioctl-dev',
  'resolve-unix',
])

const SOCKETS = maskOf(FS_RIGHTS, ['resolve-unix'])

function restrictedFiles(
  policy: ResolvedPolicy,
  fileSystem: RestrictedFileSystemPolicy,
  { disk, devices = [], isGitWritable = false }: LandlockOptions,
): Files {
  const { roots, notes } = writableRootsOn(disk, fileSystem, policy)
  const given = deviceRules(devices, disk)
  const writing = roots.map((path) => ({
    path,
    access: (disk.kindOf(path) === 'directory' ? EVERYTHING : OF_FILES) & ~SOCKETS,
  }))
  return {
    handled: EVERYTHING,
    rules: [...readingRules(disk), ...given.rules, ...writing],
    notes: [...notes, ...given.notes, ...protectedNameNotes(policy, { disk, isGitWritable }), ...FILE_LIMITS],
  }
}

const ROOT = absolutePath('/')
const LIST = maskOf(FS_RIGHTS, ['read-dir'])
const READ = maskOf(FS_RIGHTS, ['read-file', 'execute'])

/** Everything can be listed, and read but for what is in `/dev`. Rules only add up, so all but that is named. */
function readingRules(disk: DiskView): LandlockRule[] {
  const top = disk
    .readDirectory(ROOT)
    .filter(
      ({ name, kind, hasNoPath }) =>
        name !== 'dev' && (kind === 'directory' || kind === 'file') && hasNoPath === undefined,
    )
  return [
    { path: ROOT, access: LIST },
    ...top.map(({ name }) => ({ path: joinPath(ROOT, name), access: READ })),
  ]
}
