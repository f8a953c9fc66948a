import type { DiskView, FileKind } from '@linux-sandbox/mount-plan'
import { protectedPaths, type ResolvedPolicy } from '@linux-sandbox/policy'
import type { FsRight, NetRight, Scope } from './rights.js'

/** Something that the sandbox does not keep a command from, because Landlock cannot. `limit` never changes. */
export interface LandlockNote {
  readonly kind: 'landlock-limit'
  readonly limit: LandlockLimit
  /** One sentence. */
  readonly message: string
}

/** The first line: what older kernels lack. The second: what no kernel has. */
export type LandlockLimit =
  | 'refer'
  | 'truncate'
  | 'ioctl-dev'
  | 'signal'
  | 'protected-names'
  | 'attributes'
  | 'locks'
  | 'processes'
  | 'ipc'

/**
 * What it means that a kernel lacks a right. The filter of system calls denies every socket where the policy restricts the network, so
 * nothing is lost without the rights about those.
 */
const LOST: Partial<Record<FsRight | NetRight | Scope, LandlockNote>> = {
  refer: limit(
    'refer',
    'files cannot be moved or linked from one directory to another, in writable ones either (Linux before 5.19)',
  ),
  truncate: limit(
    'truncate',
    'the command can empty every file that this user may write, wherever it is (Linux before 6.2)',
  ),
  'ioctl-dev': limit(
    'ioctl-dev',
    'every operation is possible on a device that can be opened (Linux before 6.10)',
  ),
  signal: limit(
    'signal',
    'the command can send signals to all processes of this user, and so end them (Linux before 6.12)',
  ),
}

export function lostNotes(lost: readonly (FsRight | NetRight | Scope)[]): LandlockNote[] {
  return lost.flatMap((right) => LOST[right] ?? [])
}

/** What is so with every ABI, where files are restricted. */
export const FILE_LIMITS: readonly LandlockNote[] = [
  limit(
    'attributes',
    'the command can change mode, owner, times and extended attributes of every file that this user may change, wherever it is',
  ),
  limit(
    'locks',
    'the command can lock every file that it can read, and so hold up programs that wait for the lock',
  ),
]

/** What is so with every ABI, for lack of namespaces. */
export const NAMESPACE_LIMITS: readonly LandlockNote[] = [
  limit(
    'processes',
    'the command sees the processes of the host, and can change the priority of those of this user',
  ),
  limit('ipc', 'the command can use the System V shared memory and the message queues of this user'),
]

/** The names that the policy protects and Landlock cannot. */
export function protectedNameNotes(
  policy: ResolvedPolicy,
  { disk, isGitWritable }: { readonly disk: DiskView; readonly isGitWritable: boolean },
): LandlockNote[] {
  const paths = protectedPaths(policy).filter(
    ({ name: { name }, entry }) =>
      !(isGitWritable && name === '.git') && mayHoldNames(disk.kindOf(entry.path)),
  )
  if (paths.length === 0) return []
  const names = [...new Set(paths.map(({ name: { name } }) => name))]
  const roots = [...new Set(paths.map(({ entry }) => entry.path))]
  const repositories = isGitWritable ? '' : ', and git repositories below them,'
  return [
    limit(
      'protected-names',
      `${listed(names)} in ${listed(roots)}${repositories} stay writable: programs outside the sandbox execute or trust what is in there`,
    ),
  ]
}

function mayHoldNames(kind: FileKind | undefined): boolean {
  return kind === 'directory' || kind === 'symlink'
}

/** More would be no sentence. */
const LISTED_MAX = 6

function listed(words: readonly string[]): string {
  const shown = words.slice(0, LISTED_MAX).join(', ')
  return words.length > LISTED_MAX ? `${shown} and ${words.length - LISTED_MAX} more` : shown
}

function limit(what: LandlockLimit, message: string): LandlockNote {
  return { kind: 'landlock-limit', limit: what, message }
}
