import { PolicyUnsupportedError } from '@linux-sandbox/errors'
import {
  absolutePath,
  ANY_RUN,
  isInside,
  joinPath,
  type AbsolutePath,
  type GlobAlternative,
  type GlobComponent,
  type ResolvedGlob,
} from '@linux-sandbox/policy'
import { canonicalPath } from '../canonical-path.js'
import type { DiskView } from '../disk-view.js'
import { GlobState, type Step } from './glob-state.js'

/** A directory below which something is looked for. */
export interface GlobSearch {
  /** Canonical path of a directory. */
  readonly root: AbsolutePath
  readonly state: GlobState
}

/** A fixed part of a glob that is no directory, so that nothing can match. */
export interface MissingRoot {
  readonly path: AbsolutePath
  readonly glob: ResolvedGlob
}

export interface GlobSearches {
  readonly searches: readonly GlobSearch[]
  readonly missing: readonly MissingRoot[]
}

/**
 * Where `globs` have to be looked for, each place once with all that is looked for there.
 *
 * @throws {PolicyUnsupportedError} for a glob that would have to be looked for on the whole disk, or in `/proc`.
 */
export function globSearches(globs: readonly ResolvedGlob[], disk: DiskView): GlobSearches {
  const steps = new Map<AbsolutePath, Step[]>()
  const missing: MissingRoot[] = []
  let lastId = 0
  for (const glob of globs) {
    for (const alternative of glob.alternatives) {
      const { root, tail } = splitAtRoot(alternative, glob)
      const { path } = canonicalPath(disk, root)
      refuseUnsearchable(path, tail, glob)
      if (disk.kindOf(path) !== 'directory') {
        missing.push({ path, glob })
        continue
      }
      const first = tail.reduceRight<Step | undefined>(
        (next, component) => ({ id: ++lastId, component, next, glob }),
        undefined,
      )
      if (first !== undefined) steps.set(path, [...(steps.get(path) ?? []), first])
    }
  }
  const searches = [...steps].map(([root, group]) => ({ root, state: GlobState.first(group) }))
  return { searches, missing }
}

interface SplitAlternative {
  /** The directory that the fixed part names. */
  readonly root: AbsolutePath
  /** What follows: at least one component. */
  readonly tail: GlobAlternative
}

/** A pattern without wildcards has its last name as the tail, so that it is treated as any other name that is found. */
function splitAtRoot(alternative: GlobAlternative, { pattern }: ResolvedGlob): SplitAlternative {
  const wildcard = alternative.findIndex((component) => !isName(component))
  const length = wildcard === -1 ? alternative.length - 1 : wildcard
  if (length < 0 || wildcard === 0) throw tooWide(pattern, 'it has no fixed directory to look in')
  const names = alternative.slice(0, length).filter(isName)
  return {
    root: joinPath(absolutePath('/'), ...names.map(({ text }) => text)),
    tail: alternative.slice(length),
  }
}

function isName(component: GlobComponent | typeof ANY_RUN): component is GlobComponent & { kind: 'name' } {
  return component !== ANY_RUN && component.kind === 'name'
}

function refuseUnsearchable(root: AbsolutePath, tail: GlobAlternative, { pattern }: ResolvedGlob): void {
  if (tail.every(isName)) return
  if (root === '/') throw tooWide(pattern, 'its fixed directory leads to /')
  if (isInside(root, absolutePath('/proc'))) {
    throw new PolicyUnsupportedError(`the glob ${pattern}`, 'the sandbox has its own /proc', {
      hint: 'take the entry out of the policy',
    })
  }
}

function tooWide(pattern: string, reason: string): PolicyUnsupportedError {
  return new PolicyUnsupportedError(`the glob ${pattern}`, reason, {
    hint: 'begin the pattern with the directory that holds the files, as in /home/me/**/*.env',
  })
}
