import { parentPath, type AbsolutePath } from '@linux-sandbox/policy'
import { childPath } from '../child-path.js'
import type { DirectoryEntry, FileKind } from '../disk-view.js'
import type { PlanNote } from '../plan.js'
import type { CarefulDisk } from './careful-disk.js'
import { looksLikeGitDirectory } from './layout.js'
import type { GitProtection } from './protection.js'

/** How far to look for repositories. */
export interface ScanLimits {
  /** Directories to list in all. */
  readonly directories: number
  /** Levels below a writable root. */
  readonly depth: number
}

/** A plan is made for every run: a search of 1000 directories takes some 20 ms, and covers the sources of most projects. */
export const SCAN_LIMITS: ScanLimits = { directories: 1000, depth: 16 }

export interface FoundRepositories {
  /** Directories with an entry `.git`, of that kind. */
  readonly workTrees: readonly { readonly directory: AbsolutePath; readonly dotGit: FileKind }[]
  /** Directories that are git directories themselves. */
  readonly bare: readonly AbsolutePath[]
  readonly notes: readonly PlanNote[]
}

/** The kernel's file systems, in which nobody has a repository. */
const NO_DISKS = ['/proc', '/sys', '/dev']

/**
 * The repositories in what is writable below `roots`. Shallow ones are found first, and those among installed packages last. Links are
 * not followed; a git directory is not searched.
 */
export function findRepositories(
  roots: readonly AbsolutePath[],
  protection: GitProtection,
  limits: ScanLimits,
): FoundRepositories {
  const { disk } = protection
  const workTrees: FoundRepositories['workTrees'][number][] = []
  const bare: AbsolutePath[] = []
  const missed = new MissedPlaces()
  const queue = new SearchQueue(roots)
  for (let next = queue.next(), listed = 0; next !== undefined; next = queue.next()) {
    const { path, root } = next
    if (listed === limits.directories || next.level > limits.depth) {
      missed.add(next, 'too many directories or too deep')
      continue
    }
    listed++
    const entries = disk.listDirectory(path)
    if (entries === undefined) {
      missed.add(next, 'not readable')
      continue
    }
    const dotGit = entries.find(({ name }) => name === '.git')
    const isBare = looksLikeGitDirectory(entries)
    if ((dotGit !== undefined || isBare) && !isReachable(next, disk)) {
      missed.add(next, 'closed to the command')
      continue
    }
    if (dotGit !== undefined) workTrees.push({ directory: path, dotGit: dotGit.kind })
    if (isBare) bare.push(path)
    else if (isTemporary(path, protection)) missed.add(next, 'a directory for temporary files')
    else queue.add(directoriesToSearch(entries, path, protection), { root, level: next.level + 1 })
  }
  return { workTrees, bare, notes: missed.notes() }
}

/** Root can list what belongs to others and is closed to everybody else. Its commands cannot, nor can anything be mounted there. */
function isReachable({ path, root }: Place, disk: CarefulDisk): boolean {
  for (let at = path; at !== root; at = parentPath(at)) if (!disk.canPass(at)) return false
  return true
}

/**
 * Directories for temporary files are full of what others make and remove meanwhile, and a workspace in one is a root of its own.
 */
function isTemporary(path: AbsolutePath, { rules }: GitProtection): boolean {
  const cause = rules.get(path)?.cause
  const isSpecial = cause?.kind === 'entry' && [':slash_tmp', ':tmpdir'].includes(cause.origin.spelling)
  return isSpecial || path === '/tmp' || path === '/var/tmp'
}

function directoriesToSearch(
  entries: readonly DirectoryEntry[],
  parent: AbsolutePath,
  protection: GitProtection,
): AbsolutePath[] {
  const found: AbsolutePath[] = []
  for (const { name, kind, hasNoPath = false } of entries) {
    if (kind !== 'directory' || name === '.git' || hasNoPath) continue
    const path = childPath(parent, name)
    if (NO_DISKS.includes(path)) continue
    if (!protection.rules.has(path) || protection.accessAt(path) === 'write') found.push(path)
  }
  return found.toSorted()
}

interface Place {
  readonly path: AbsolutePath
  readonly root: AbsolutePath
  /** Levels below `root`. */
  readonly level: number
}

class SearchQueue {
  readonly #seen = new Set<AbsolutePath>()
  readonly #first: Place[] = []
  readonly #last: Place[] = []
  #takenFirst = 0
  #takenLast = 0

  constructor(roots: readonly AbsolutePath[]) {
    for (const root of roots) this.add([root], { root, level: 0 })
  }

  add(paths: readonly AbsolutePath[], { root, level }: Omit<Place, 'path'>): void {
    for (const path of paths) {
      if (this.#seen.has(path)) continue
      this.#seen.add(path)
      const queue = path.includes('/node_modules/') ? this.#last : this.#first
      queue.push({ path, root, level })
    }
  }

  next(): Place | undefined {
    const next = this.#first[this.#takenFirst]
    if (next !== undefined) {
      this.#takenFirst++
      return next
    }
    return this.#last[this.#takenLast++]
  }
}

/** One note for each root and reason, with the first of the places. */
class MissedPlaces {
  readonly #places = new Map<string, { readonly first: Place; readonly reason: string; count: number }>()

  add(place: Place, reason: string): void {
    const key = `${reason} ${place.root}`
    const known = this.#places.get(key)
    if (known === undefined) this.#places.set(key, { first: place, reason, count: 1 })
    else known.count++
  }

  notes(): PlanNote[] {
    return [...this.#places.values()].map(({ first: { path, root }, reason, count }) => ({
      kind: 'git-scan-incomplete',
      path,
      message: `${count} ${count === 1 ? 'directory' : 'directories'} below ${root}, from ${path} on, not searched for git repositories: ${reason}`,
    }))
  }
}
