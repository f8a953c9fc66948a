import { depthOf, parentPath, type Access, type AbsolutePath } from '@linux-sandbox/policy'
import type { Cause } from './plan.js'

/** What is to hold at one path and below, until a deeper rule. */
export interface RuleDraft {
  /** Canonical path of something that exists. */
  readonly path: AbsolutePath
  readonly access: Access
  readonly cause: Cause
  /** A mount of its own even if it changes no access: what is mounted on can be neither renamed nor removed. */
  readonly isPinned?: boolean
}

/** A draft among all others. */
export interface Rule extends RuleDraft {
  /** What the rules above this one give to its path. `deny` where there is none. */
  readonly inherited: Access
}

const STRENGTH: Readonly<Record<Access, number>> = { deny: 2, write: 1, read: 0 }

/** Drafts by path, one for each: of several for the same path `deny` wins over `write` over `read`. */
export class RuleSet {
  readonly #drafts = new Map<AbsolutePath, RuleDraft>()

  add(draft: RuleDraft): void {
    const known = this.#drafts.get(draft.path)
    if (known === undefined || STRENGTH[draft.access] > STRENGTH[known.access]) {
      this.#drafts.set(draft.path, known?.isPinned === true ? { ...draft, isPinned: true } : draft)
    }
  }

  /** Puts `draft` in the place of what is at its path, whichever is stronger. */
  replace(draft: RuleDraft): void {
    this.#drafts.set(draft.path, draft)
  }

  /** Keeps the object at `path` where it is. Its access stays as it is. */
  pin(path: AbsolutePath, cause: Cause): void {
    const draft = this.#drafts.get(path) ?? { path, access: this.accessAt(path), cause }
    this.#drafts.set(path, { ...draft, isPinned: true })
  }

  get(path: AbsolutePath): RuleDraft | undefined {
    return this.#drafts.get(path)
  }

  has(path: AbsolutePath): boolean {
    return this.#drafts.has(path)
  }

  /** What the deepest rule at or above `path` gives. */
  accessAt(path: AbsolutePath): Access {
    for (let at = path; ; at = parentPath(at)) {
      const draft = this.#drafts.get(at)
      if (draft !== undefined) return draft.access
      if (at === '/') return 'deny'
    }
  }

  /** All rules, those with the shallowest path first. */
  sorted(): Rule[] {
    const rules = [...this.#drafts.values()].map((draft): Rule => {
      const inherited = draft.path === '/' ? 'deny' : this.accessAt(parentPath(draft.path))
      return { ...draft, inherited }
    })
    return rules.toSorted((a, b) => depthOf(a.path) - depthOf(b.path) || compare(a.path, b.path))
  }
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
