import { statSync } from 'node:fs'
import { delimiter, isAbsolute } from 'node:path'
import type { BwrapFeatures, BwrapOption } from '@linux-sandbox/bwrap-args'
import { isSandboxError } from '@linux-sandbox/errors'
import { canonicalPath, type CanonicalPath, type DiskView } from '@linux-sandbox/mount-plan'
import { absolutePath, type AbsolutePath } from '@linux-sandbox/policy'
import { executionObstacle, identityOf, readOptions } from './bwrap-features.js'

/** Where bwrap is, and what it can do. */
export interface Bwrap extends BwrapFeatures {
  /** Canonical path. */
  readonly path: string
  /** `system`: found in `PATH`, executed by its path. `bundled`: part of the package, executed through `descriptor`. */
  readonly source: 'system' | 'bundled'
  /** Of the opened and verified file. It stays open as long as this process lives. */
  readonly descriptor?: number
}

/** Something named bwrap in a directory of `PATH`. */
export type BwrapCandidate =
  | { readonly kind: 'program'; readonly found: CanonicalPath }
  /** `problem` says why nobody can execute it, as a phrase. */
  | { readonly kind: 'unusable'; readonly path: AbsolutePath; readonly problem: string }

/**
 * Everything named bwrap in the directories of `searchPath`, in their order, each looked for when it is asked for. Relative and empty
 * parts are skipped: they would name a different program in every directory.
 */
export function* bwrapCandidates(
  searchPath: string | undefined,
  disk: DiskView,
): Generator<BwrapCandidate, void> {
  const directories = (searchPath ?? '').split(delimiter).filter((part) => isAbsolute(part))
  for (const directory of new Set(directories)) {
    const candidate = candidateAt(absolutePath(`${directory}/bwrap`), disk)
    if (candidate !== undefined) yield candidate
  }
}

function candidateAt(path: AbsolutePath, disk: DiskView): BwrapCandidate | undefined {
  let found: CanonicalPath
  try {
    // The kernel follows the links above it: in most directories there is nothing, and none of them needs to be followed here.
    if (disk.kindOf(path) === undefined) return undefined
    found = canonicalPath(disk, path)
  } catch (error) {
    if (!isSandboxError(error)) throw error
    return { kind: 'unusable', path, problem: 'cannot be looked at' }
  }
  if (!found.exists) return { kind: 'unusable', path, problem: 'is a link to nothing' }
  const problem = executionObstacle(found.path)
  return problem === undefined ? { kind: 'program', found } : { kind: 'unusable', path, problem }
}

/**
 * Features of bwrap. Those of one file are read once and then remembered, by device, inode, size and change time, so that a command
 * never costs a process that only asks.
 */
export class BwrapFinder {
  readonly #features = new Map<string, ReadonlySet<BwrapOption>>()

  /** The bwrap at the canonical path `path`. */
  describe(path: string): Bwrap {
    const stats = statSync(path, { bigint: true })
    const key = identityOf(stats)
    let options = this.#features.get(key)
    if (options === undefined) {
      options = readOptions(path, stats)
      this.#features.set(key, options)
    }
    return { path, source: 'system', options }
  }
}
