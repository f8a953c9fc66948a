import { missingOption, SUFFICIENT_VERSION } from '@linux-sandbox/bwrap-args'
import { BwrapMissingError, BwrapTooOldError, isSandboxError } from '@linux-sandbox/errors'
import { bwrapCandidates, installCommand, type Bwrap, type BwrapCandidate } from '@linux-sandbox/host-probe'
import { canonicalPath, type DiskView } from '@linux-sandbox/mount-plan'
import { absolutePath, isInside, type AbsolutePath, type ResolvedPolicy } from '@linux-sandbox/policy'
import type { Host } from './host.js'
import { LauncherTrust } from './launcher-trust.js'

/** A bwrap that is not used. */
export interface Rejected {
  readonly path: string
  readonly isBundled?: boolean
  /** A phrase. */
  readonly reason: string
  /** It lacks this option, and nothing else is wrong with it. */
  readonly option?: string
}

type Choice =
  | { readonly bwrap: Bwrap; readonly rejected?: never }
  | { readonly bwrap?: never; readonly rejected: Rejected }

/** What a bwrap is looked for with. */
export interface BwrapSearch {
  readonly policy: ResolvedPolicy
  /** What `project_roots` means in the policy. */
  readonly workspace: AbsolutePath
  readonly host: Host
  readonly disk: DiskView
}

/**
 * The bwrap that sets up sandboxes under a policy: the first in `PATH` that the command cannot have changed and that can do what
 * sandboxes need, else the bundled one.
 *
 * @throws {BwrapMissingError} @throws {BwrapTooOldError} when there is none; the message names every one that was passed over.
 * @throws {BwrapDigestMismatchError} when there is only the bundled one, and it was altered.
 */
export function findBwrap(search: BwrapSearch): Bwrap {
  const { bwrap, rejected } = lookForBwrap(search)
  if (bwrap === undefined) throw bwrapUnavailable(rejected)
  return bwrap
}

/**
 * The same, or what was passed over where there is none.
 *
 * @throws {BwrapDigestMismatchError} when there is only the bundled one, and it was altered.
 */
export function lookForBwrap({ policy, workspace, host, disk }: BwrapSearch): {
  readonly bwrap: Bwrap | undefined
  readonly rejected: readonly Rejected[]
} {
  const rejected: Rejected[] = []
  const workingDirectories = [...currentDirectory(), ...canonicalOf(workspace, disk)]
  const trust = new LauncherTrust(policy, disk)
  for (const choice of choices({ trust, workingDirectories, host, disk })) {
    if (choice.bwrap !== undefined) return { bwrap: choice.bwrap, rejected }
    rejected.push(choice.rejected)
  }
  return { bwrap: undefined, rejected }
}

/**
 * The descriptor that `bwrap` is to be executed through, `undefined` for one that is executed by its path. For every command anew: the
 * file may have been altered since the sandbox was made.
 *
 * @throws {BwrapDigestMismatchError} when it was.
 */
export function verifiedDescriptor(bwrap: Bwrap, host: Host): number | undefined {
  return bwrap.source === 'bundled' ? host.bundledBwrap.look().bwrap?.descriptor : undefined
}

interface Search {
  readonly trust: LauncherTrust
  /** Canonical. */
  readonly workingDirectories: readonly AbsolutePath[]
  readonly host: Host
  readonly disk: DiskView
}

function* choices(search: Search): Generator<Choice> {
  for (const candidate of bwrapCandidates(process.env['PATH'], search.disk))
    yield systemChoice(candidate, search)
  yield bundledChoice(search)
}

function systemChoice(candidate: BwrapCandidate, { trust, workingDirectories, host }: Search): Choice {
  if (candidate.kind === 'unusable') {
    return { rejected: { path: candidate.path, reason: candidate.problem } }
  }
  const { found } = candidate
  const { path } = found
  // A checkout may bring a program of that name along. In `/` is everything, so that says nothing.
  const isBrought = workingDirectories.some((directory) => directory !== '/' && isInside(path, directory))
  const reason = isBrought ? 'lies in the working directory' : trust.distrust(found)
  return reason === undefined ? ifCapable(host.bwrapFinder.describe(path)) : { rejected: { path, reason } }
}

/** The working directory does not count: a package is often installed there, and the digest is what tells. */
function bundledChoice({ trust, disk, host: { bundledBwrap } }: Search): Choice {
  const rejected = (reason: string): Choice => ({
    rejected: { path: bundledBwrap.path, isBundled: true, reason },
  })
  const found = canonicalPath(disk, absolutePath(bundledBwrap.path))
  if (!found.exists) return rejected('is missing')
  const reason = trust.distrust(found)
  if (reason !== undefined) return rejected(reason)
  const { bwrap, obstacle } = bundledBwrap.look()
  return bwrap === undefined ? rejected(obstacle) : ifCapable(bwrap)
}

/** None when it leads nowhere: then it has nothing in it. */
function canonicalOf(directory: AbsolutePath, disk: DiskView): AbsolutePath[] {
  try {
    return [canonicalPath(disk, directory).path]
  } catch (error) {
    if (!isSandboxError(error)) throw error
    return []
  }
}

/** None when it was removed: then it has nothing in it. */
function currentDirectory(): AbsolutePath[] {
  try {
    return [absolutePath(process.cwd())]
  } catch {
    return []
  }
}

function ifCapable(bwrap: Bwrap): Choice {
  const option = missingOption(bwrap)
  if (option === undefined) return { bwrap }
  const { path, source } = bwrap
  return { rejected: { path, isBundled: source === 'bundled', reason: `has no option ${option}`, option } }
}

/** Why there are no sandboxes without bwrap either, as a phrase, and what would help. */
export interface NoAlternative {
  readonly reason: string
  readonly hint: string
}

/** That none of `rejected` is used. */
export function bwrapUnavailable(
  rejected: readonly Rejected[],
  alternative?: NoAlternative,
): BwrapMissingError | BwrapTooOldError {
  const tooOld = rejected.find(({ option }) => option !== undefined)
  const passedOver = rejected.filter((one) => one !== tooOld).map(describe)
  const others = [...new Set(passedOver), ...(alternative === undefined ? [] : [alternative.reason])].join(
    ', ',
  )
  if (tooOld?.option !== undefined) {
    return new BwrapTooOldError(tooOld.option, tooOld.path, {
      needed: SUFFICIENT_VERSION,
      ...(others === '' ? {} : { others }),
    })
  }
  const isInPath = rejected.some(({ isBundled }) => isBundled !== true)
  return new BwrapMissingError(isInPath ? others : `it is not in PATH, and ${others}`, {
    hint: `install bubblewrap, as root: ${installCommand('bubblewrap')}${alternative === undefined ? '' : `; or ${alternative.hint}`}`,
  })
}

function describe({ path, isBundled, reason }: Rejected): string {
  return `${isBundled === true ? 'the bundled ' : ''}${path} ${reason}`
}
