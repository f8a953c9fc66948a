import { PolicyUnsupportedError } from '@linux-sandbox/errors'
import type { Access, AbsolutePath, ResolvedGlob } from '@linux-sandbox/policy'
import type { DirectoryEntry, DiskView, FileKind } from '../disk-view.js'
import type { GlobSearch } from './glob-search.js'
import type { GlobState } from './glob-state.js'
import type { Reach } from './reach.js'

/** A path whose name a glob matches. */
export interface GlobMatch {
  readonly path: AbsolutePath
  readonly kind: FileKind
  readonly glob: ResolvedGlob
}

export interface WalkOptions {
  readonly disk: DiskView
  readonly reach: Reach
  /** 1: only what is directly in the root. */
  readonly maxDepth: number
}

interface Visit {
  readonly directory: AbsolutePath
  readonly state: GlobState
  readonly level: number
  readonly access: Access
}

/**
 * Everything that matches below the root of `search`, except what a match or the rules deny with all that is in it. Hidden names are
 * like all others, files that say what to ignore are like all others too, and a symlink is a name and no directory.
 *
 * @throws what `disk` throws for a directory that cannot be listed.
 * @throws {PolicyUnsupportedError} when what matters has a name for which no path can be written.
 */
export function* walkMatches(
  { root, state }: GlobSearch,
  { disk, reach, maxDepth }: WalkOptions,
): Generator<GlobMatch, void> {
  const pending: Visit[] = []
  const enter = (visit: Visit): void => {
    if (!reach.isClosed(visit.directory, visit.access)) pending.push(visit)
  }
  enter({ directory: root, state, level: 1, access: reach.at(root) })
  for (let visit = pending.pop(); visit !== undefined; visit = pending.pop()) {
    const { directory, level, access } = visit
    const start = directory === '/' ? '/' : `${directory}/`
    for (const entry of entriesOf(visit, start, disk)) {
      const { match, below } = visit.state.verdictOn(entry.name)
      const isEntered = below !== undefined && entry.kind === 'directory' && level < maxDepth
      if (match === undefined && !isEntered) continue
      if (entry.hasNoPath) throw withoutPath(entry, directory)
      // Normalising every path of a tree would take longer than reading it.
      const path = (start + entry.name) as AbsolutePath
      if (match !== undefined) yield { path, kind: entry.kind, glob: match }
      else if (below !== undefined) {
        enter({ directory: path, state: below, level: level + 1, access: reach.below(access, path) })
      }
    }
  }
}

function entriesOf({ directory, state }: Visit, start: string, disk: DiskView): readonly DirectoryEntry[] {
  if (state.onlyNames === undefined) return disk.readDirectory(directory)
  return state.onlyNames.flatMap((name) => {
    const kind = disk.kindOf((start + name) as AbsolutePath)
    return kind === undefined ? [] : [{ name, kind }]
  })
}

function withoutPath({ name }: DirectoryEntry, directory: AbsolutePath): PolicyUnsupportedError {
  return new PolicyUnsupportedError(
    `a glob in the directory ${directory}`,
    `the name ${JSON.stringify(name)} in it is no UTF-8, so no mount can be made for it`,
    { hint: 'rename it, or deny the directory as a whole by an entry of the policy' },
  )
}
