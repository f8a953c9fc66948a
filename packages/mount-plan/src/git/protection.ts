import { isInside, joinPath, parentPath, type AbsolutePath } from '@linux-sandbox/policy'
import type { Cause, Placeholder, PlanNote } from '../plan.js'
import type { RuleSet } from '../rules.js'
import type { CarefulDisk } from './careful-disk.js'
import type { ExecutingName } from './what-executes.js'

/** Turns decisions about git directories into rules, placeholders and notes. */
export class GitProtection {
  readonly rules: RuleSet
  readonly disk: CarefulDisk
  readonly #notes: PlanNote[] = []
  readonly #placeholders = new Map<AbsolutePath, Placeholder>()
  /** Where the policy itself grants writing. */
  readonly #granted: ReadonlySet<AbsolutePath>

  constructor(rules: RuleSet, disk: CarefulDisk) {
    this.rules = rules
    this.disk = disk
    this.#granted = new Set(rules.sorted().flatMap(({ path, access }) => (access === 'write' ? [path] : [])))
  }

  get notes(): readonly PlanNote[] {
    return this.#notes
  }

  /** Parents first. */
  get placeholders(): readonly Placeholder[] {
    return [...this.#placeholders.values()].toSorted((a, b) => a.path.length - b.path.length)
  }

  readonly note = (kind: PlanNote['kind'], path: AbsolutePath, message: string): void => {
    this.#notes.push({ kind, path, message })
  }

  /** What a link leads to can be protected. The link cannot: nothing can be mounted on it. */
  noteLink(path: AbsolutePath): void {
    const message = `${path} is a symbolic link, and the command can put something else in its place`
    this.note('git-not-protected', path, message)
  }

  isGranted(path: AbsolutePath): boolean {
    return this.#granted.has(path)
  }

  /** Read-only with all below it, unless a rule of the policy says otherwise; and nothing can be put in its place. */
  freeze(path: AbsolutePath, cause: Cause): void {
    const known = this.rules.get(path)
    if (known === undefined && this.rules.accessAt(path) === 'write') {
      this.rules.add({ path, access: 'read', cause })
    }
    if (known?.access !== 'deny' && this.rules.accessAt(path) === 'read') this.#pinParents(path, cause)
  }

  /** Writable, whatever rule to read is there; and nothing can be put in its place. */
  open(path: AbsolutePath, cause: Cause): void {
    this.rules.replace({ path, access: 'write', cause, isPinned: true })
    this.#pinParents(path, cause)
  }

  /** Freezes what `names` are in `directory`, and stands something in for what is missing. */
  freezeNames(directory: AbsolutePath, names: readonly ExecutingName[]): void {
    for (const { name, reason, placeholder } of names) {
      const path = joinPath(directory, name)
      const cause: Cause = { kind: 'git', repository: directory, reason }
      if (this.disk.kindOf(path) === undefined && placeholder === undefined) continue
      this.freezeOrStandIn(path, { cause, ...placeholder })
    }
  }

  /** As `freeze`, also for what does not exist yet: an empty directory, or a file with `content`. */
  freezeOrStandIn(
    path: AbsolutePath,
    { cause, content }: { readonly cause: Cause; readonly content?: string },
  ): void {
    if (this.isGranted(path) || this.rules.accessAt(path) !== 'write') return
    if (this.disk.kindOf(path) === 'symlink') return this.noteLink(path)
    if (!this.#isThere(path, content)) {
      if (this.disk.kindOf(parentPath(path)) !== 'directory') return
      this.#placeholders.set(path, { path, cause, ...(content === undefined ? {} : { content }) })
    }
    this.freeze(path, cause)
  }

  /** Freezes what the links among `names` in `directory` lead to. Gives the links. */
  freezeTargets(directory: AbsolutePath, names: readonly ExecutingName[]): AbsolutePath[] {
    const links = names
      .map((one) => ({ ...one, path: joinPath(directory, one.name) }))
      .filter(({ path }) => this.disk.kindOf(path) === 'symlink')
    for (const { path, reason } of links) {
      const target = this.disk.follow(path)
      // A link to something that holds the link is no reason to take the whole workspace away.
      if (target === undefined || isInside(path, target)) continue
      this.freeze(target, { kind: 'git', repository: directory, reason })
    }
    return links.map(({ path }) => path)
  }

  /**
   * Whether something is there that is no placeholder. One of another sandbox looks like ours and goes when that sandbox ends, so it
   * has to be asked for again.
   */
  #isThere(path: AbsolutePath, content: string | undefined): boolean {
    const kind = this.disk.kindOf(path)
    if (kind === undefined) return false
    if (content === undefined) return kind !== 'directory' || this.disk.list(path)?.length !== 0
    return kind !== 'file' || this.disk.textOf(path) !== content
  }

  /** A directory that contains a mount can be renamed, and something else put in its place. One that is a mount cannot. */
  #pinParents(path: AbsolutePath, cause: Cause): void {
    for (let at = parentPath(path); at !== '/' && this.rules.accessAt(at) === 'write'; at = parentPath(at)) {
      this.rules.pin(at, cause)
    }
  }
}
