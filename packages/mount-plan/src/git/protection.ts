import { isInside, type Access, type AbsolutePath } from '@linux-sandbox/policy'
import { childPath } from '../child-path.js'
import { isInOwnPlace } from '../own-places.js'
import type { Placeholders } from '../placeholders.js'
import type { Cause, Placeholder, PlanNote } from '../plan.js'
import type { ProtectionContext } from '../protected-names.js'
import type { RuleSet } from '../rules.js'
import { carefulDisk, type CarefulDisk } from './careful-disk.js'
import type { ExecutingName } from './what-executes.js'

/** Turns decisions about git directories into rules, placeholders and notes. */
export class GitProtection {
  readonly rules: RuleSet
  readonly disk: CarefulDisk
  readonly notes: PlanNote[] = []
  readonly #placeholders: Placeholders
  /** Where the policy itself lets the command write. */
  readonly #granted: ReadonlySet<AbsolutePath>
  readonly #isGranted: ProtectionContext['isGranted']

  constructor({ rules, disk, isGranted }: ProtectionContext) {
    this.rules = rules
    this.disk = carefulDisk(disk)
    this.#placeholders = disk
    this.#isGranted = isGranted
    const granting = rules.all().filter(({ access, content }) => access === 'write' && content === 'host')
    this.#granted = new Set(granting.map(({ path }) => path))
  }

  readonly note = (kind: PlanNote['kind'], path: AbsolutePath, message: string): void => {
    this.notes.push({ kind, path, message })
  }

  /** What a link leads to can be protected. The link cannot: nothing can be mounted on it. */
  noteLink(path: AbsolutePath): void {
    const message = `${path} is a symbolic link, and the command can put something else in its place`
    this.note('git-not-protected', path, message)
  }

  /** Whether the policy itself lets the command write at `path`, by a rule for it and not for what is around. */
  isGranted(path: AbsolutePath): boolean {
    return this.#granted.has(path) || this.#isGranted(path)
  }

  /** What the command may do with what the host has at `path`: `deny` also where the sandbox has something of its own. */
  accessAt(path: AbsolutePath): Access {
    const rule = this.rules.ruleFor(path)
    if (rule === undefined || rule.content === 'fresh') return 'deny'
    return isInOwnPlace(path) === isInOwnPlace(rule.path) ? rule.access : 'deny'
  }

  /** Read-only with all below it, unless a rule says otherwise; and nothing can be put in its place. */
  freeze(path: AbsolutePath, cause: Cause): void {
    if (!this.rules.has(path) && this.accessAt(path) === 'write')
      this.rules.add({ path, access: 'read', cause })
  }

  /** Writable, whatever rule to read is there; and nothing can be put in its place. */
  open(path: AbsolutePath, cause: Cause): void {
    this.rules.add({ path, access: 'write', cause })
    this.rules.pin(path, cause)
  }

  /** Freezes what `names` are in `directory`, and stands something in for what is missing. */
  freezeNames(directory: AbsolutePath, names: readonly ExecutingName[]): void {
    for (const { name, reason, placeholder } of names) {
      const path = childPath(directory, name)
      const cause: Cause = { kind: 'git', repository: directory, reason }
      if (this.disk.kindOf(path) === undefined && placeholder === undefined) continue
      this.freezeOrStandIn({ path, cause, ...placeholder })
    }
  }

  /** As `freeze`, also for what does not exist yet. */
  freezeOrStandIn(placeholder: Placeholder): void {
    const { path, cause, content } = placeholder
    if (this.isGranted(path) || this.accessAt(path) !== 'write') return
    const link = this.disk.linkIn(path)
    if (link !== undefined) return this.noteLink(link)
    if (this.disk.kindOf(path) === undefined) {
      const outcome = this.#placeholders.prepare(placeholder, this.rules)
      if (outcome === 'impossible') {
        const message = `${path} does not exist and is not protected; the command can create it`
        this.note('git-not-protected', path, message)
      }
      if (outcome !== 'placeholder') return
    } else if (content !== undefined && this.disk.textOf(path) === content) {
      this.#placeholders.share(placeholder)
    }
    this.freeze(path, cause)
  }

  /** Freezes what those of `names` lead to that are reached by links in `directory`. Gives the links. */
  freezeTargets(directory: AbsolutePath, names: readonly ExecutingName[]): AbsolutePath[] {
    return names.flatMap(({ name, reason }) => {
      const path = childPath(directory, name)
      const link = this.disk.linkIn(path)
      if (link === undefined) return []
      const target = this.disk.follow(path)
      // A link to something that holds the link is no reason to take the whole workspace away.
      if (target !== undefined && !isInside(path, target)) {
        this.freeze(target, { kind: 'git', repository: directory, reason })
      }
      return [link]
    })
  }
}
