import { parentPath, type AbsolutePath } from '@linux-sandbox/policy'
import type { DirectoryEntry, DiskView, FileKind } from './disk-view.js'
import type { Placeholder } from './plan.js'
import { sortedByDepth, type RuleSet } from './rules.js'

/** What a plan needs and the disk lacks, and the disk with it. */
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
    const made = this.#made.get(path)
    if (made === undefined) return this.host.kindOf(path)
    return made.content === undefined ? 'directory' : 'file'
  }

  readLink(path: AbsolutePath): string {
    return this.host.readLink(path)
  }

  /** What is there before any placeholder is made: an empty directory has nothing that a rule could match. */
  readDirectory(path: AbsolutePath): readonly DirectoryEntry[] {
    return this.#made.has(path) ? [] : this.host.readDirectory(path)
  }

  readFile(path: AbsolutePath): string {
    return this.#made.get(path)?.content ?? this.host.readFile(path)
  }

  canPass(path: AbsolutePath): boolean {
    return this.#made.has(path) || this.host.canPass(path)
  }

  /**
   * Sees to it that the command cannot create what `placeholder` is for: `placeholder` when a rule for it can be mounted now, `pinned`
   * when nothing more is needed because a file is in the way, and cannot be removed.
   */
  prepare(placeholder: Placeholder, rules: RuleSet): 'placeholder' | 'pinned' | 'impossible' {
    const { path, cause } = placeholder
    const missing: AbsolutePath[] = []
    let at = path
    for (; this.kindOf(at) === undefined; at = parentPath(at)) missing.push(at)
    if (this.kindOf(at) !== 'directory') {
      rules.pin(at, cause)
      return 'pinned'
    }
    if (!this.#areMade) return 'impossible'
    for (const one of missing) this.#made.set(one, one === path ? placeholder : { path: one, cause })
    return 'placeholder'
  }

  /** Asks for a file that exists with the content of `placeholder`: it may be another sandbox's, which removes it when it ends. */
  share(placeholder: Placeholder): void {
    if (this.#areMade) this.#made.set(placeholder.path, placeholder)
  }

  has(path: AbsolutePath): boolean {
    return this.#made.has(path)
  }

  /** Parents first. */
  all(): Placeholder[] {
    return sortedByDepth(this.#made.values())
  }
}
