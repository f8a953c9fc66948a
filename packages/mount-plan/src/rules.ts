import { parentPath, type Access, type AbsolutePath } from '@linux-sandbox/policy'
import type { Cause } from './plan.js'

/** What is to hold at one path and below, until a deeper rule. */
export interface Rule {
  /** Canonical path of something that exists when the command starts. */
  readonly path: AbsolutePath
  readonly access: Access
  readonly cause: Cause
  /**
   * `host`: what the host has there, mounted where that changes anything. `pinned`: mounted in any case, so that it cannot be
   * renamed or removed. `fresh`: an empty place of the sandbox's own.
   */
  readonly content: 'host' | 'pinned' | 'fresh'
}

export type HostRule = Omit<Rule, 'content'>

const STRENGTH: Readonly<Record<Access, number>> = { deny: 2, write: 1, read: 0 }

/** Whether of two rules for one path the one with `access` wins over the one with `other`. */
export function isStronger(access: Access, other: Access): boolean {
  return STRENGTH[access] > STRENGTH[other]
}

/** Rules by path, one for each: of several for the same path `deny` wins over `write` over `read`. */
export class RuleSet {
  readonly #rules = new Map<AbsolutePath, Rule>()

  add(rule: HostRule): void {
    const known = this.#rules.get(rule.path)
    if (known === undefined || isStronger(rule.access, known.access)) {
      this.#rules.set(rule.path, { content: 'host', ...rule })
    }
  }

  /** Gives `path` to the sandbox alone, whatever the rules say about it. Those for what lies below still hold. */
  addFresh(path: AbsolutePath, cause: Cause): void {
    this.#rules.set(path, { path, access: 'write', cause, content: 'fresh' })
  }

  /** Keeps `path`, which the command may write, from being renamed or removed. */
  pin(path: AbsolutePath, cause: Cause): void {
    const known = this.#rules.get(path)
    if (known !== undefined && known.content !== 'host') return
    this.#rules.set(path, { ...(known ?? { path, access: 'write', cause }), content: 'pinned' })
  }

  get(path: AbsolutePath): Rule | undefined {
    return this.#rules.get(path)
  }

  has(path: AbsolutePath): boolean {
    return this.#rules.has(path)
  }

  /** The deepest rule at or above `path`. */
  ruleFor(path: AbsolutePath): Rule | undefined {
    for (let at = path; ; at = parentPath(at)) {
      const rule = this.#rules.get(at)
      if (rule !== undefined || at === '/') return rule
    }
  }

  accessAt(path: AbsolutePath): Access {
    return this.ruleFor(path)?.access ?? 'deny'
  }

  /** All rules, in the order in which they came. */
  all(): Rule[] {
    return [...this.#rules.values()]
  }

  /** All rules, those with the shallowest path first. */
  sorted(): Rule[] {
    return sortedByDepth(this.#rules.values())
  }
}

/** Shallow paths first, and those of one depth in the order of their code units: the same paths give the same order. */
export function sortedByDepth<Item extends { readonly path: AbsolutePath }>(items: Iterable<Item>): Item[] {
  const byDepth: Item[][] = []
  for (const item of items) (byDepth[depthOf(item.path)] ??= []).push(item)
  return byDepth.flatMap((group) => group.toSorted(byPath))
}

/** Faster than the policy's, which makes an array of the components; a plan asks for every rule. */
function depthOf(path: AbsolutePath): number {
  if (path === '/') return 0
  let count = 0
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) count++
  return count
}

function byPath({ path: a }: { readonly path: string }, { path: b }: { readonly path: string }): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
