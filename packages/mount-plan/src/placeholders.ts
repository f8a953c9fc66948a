import { parentPath, type AbsolutePath } from '@linux-sandbox/policy'
import type { DirectoryEntry, DiskView, FileKind } from './disk-view.js'
import type { Cause, Placeholder } from './plan.js'
import { sortedByDepth, type RuleSet } from './rules.js'

/** The directories that a plan needs and the disk lacks, and the disk with them. */
export class Placeholders implements DiskView {
  /** Without the placeholders. */
  readonly host: DiskView
  readonly #areMade: boolean
  readonly #made = new Map<AbsolutePath, Placeholder>()

  constructor(disk: DiskView, { areMade }: { readonly areMade: boolean }) {
    this.host = disk
    this.#areMade = areMade
  }

  kindOf(path: AbsolutePath): FileKind | undefined {
    return this.#made.has(path) ? 'directory' : this.host.kindOf(path)
  }

  readLink(path: AbsolutePath): string {
    return this.host.readLink(path)
  }

  /** What is there before any placeholder is made: an empty directory has nothing that a rule could match. */
  readDirectory(path: AbsolutePath): readonly DirectoryEntry[] {
    return this.#made.has(path) ? [] : this.host.readDirectory(path)
  }

  /**
   * Sees to it that the command cannot create the missing `path`: `placeholder` when a rule for it can be mounted now, `pinned`
   * when nothing more is needed because a file is in the way, and cannot be removed.
   */
  prepare(path: AbsolutePath, rules: RuleSet, cause: Cause): 'placeholder' | 'pinned' | 'impossible' {
    const missing: AbsolutePath[] = []
    let at = path
    for (; this.kindOf(at) === undefined; at = parentPath(at)) missing.push(at)
    if (this.kindOf(at) !== 'directory') {
      rules.pin(at, cause)
      return 'pinned'
    }
    if (!this.#areMade) return 'impossible'
    for (const one of missing) this.#made.set(one, { path: one, cause })
    return 'placeholder'
  }

  has(path: AbsolutePath): boolean {
    return this.#made.has(path)
  }

  /** Parents first. */
  all(): Placeholder[] {
    return sortedByDepth(this.#made.values())
  }
}
