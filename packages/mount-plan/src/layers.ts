import { parentPath, type Access, type AbsolutePath } from '@linux-sandbox/policy'
import { isInOwnPlace, ruleInOwnPlace } from './own-places.js'
import { sortedByDepth, type Rule, type RuleSet } from './rules.js'

/** A rule that takes a mount of its own. */
export interface Layer extends Rule {
  /** The layer that this one is mounted on; none for `/`. */
  readonly below: Layer | undefined
}

/** The mounts that the rules come to. */
export class Layers {
  /** Those with the shallowest path first. */
  readonly all: readonly Layer[]
  readonly #byPath = new Map<AbsolutePath, Layer>()

  /** @throws {PolicyUnsupportedError} when a rule is about what the host has in `/dev` or `/proc`. */
  constructor(rules: RuleSet, devices: readonly AbsolutePath[]) {
    for (const rule of rules.sorted()) {
      const below = rule.path === '/' ? undefined : this.layerFor(parentPath(rule.path))
      // `below` before the spread: V8 is several times slower at making an object that gets a key after one.
      if (needsMount(rule, below, devices)) this.#byPath.set(rule.path, { below, ...rule })
    }
    for (const layer of [...this.#byPath.values()]) this.#pinAncestors(layer)
    this.all = sortedByDepth(this.#byPath.values())
  }

  /** The deepest layer at or above `path`. */
  layerFor(path: AbsolutePath): Layer | undefined {
    for (let at = path; ; at = parentPath(at)) {
      const layer = this.#byPath.get(at)
      if (layer !== undefined || at === '/') return layer
    }
  }

  /**
   * Keeps every directory from being moved aside that leads to a layer which the command may not write, and that it could rename:
   * a mount goes where its directory goes, and the host would find something else under the old name.
   */
  #pinAncestors({ path, access, content, cause, below }: Layer): void {
    if (below?.access !== 'write' || below.content === 'fresh' || isInOwnPlace(path)) return
    if (access === 'write' && content !== 'pinned') return
    // Above what is a layer already, all that has to be one is.
    for (let at = parentPath(path); at !== below.path && !this.#byPath.has(at); at = parentPath(at)) {
      this.#byPath.set(at, { path: at, access: 'write', cause, content: 'pinned', below })
    }
  }
}

function needsMount(rule: Rule, below: Layer | undefined, devices: readonly AbsolutePath[]): boolean {
  if (below === undefined || rule.content !== 'host' || below.content === 'fresh') return true
  if (isInOwnPlace(rule.path) && (rule.access === 'deny' || rule.access !== below.access)) {
    return !isDeniedWithPlace(rule, below) && ruleInOwnPlace(rule, devices) === 'mount'
  }
  return rule.access !== below.access
}

/** In a `/dev` that is denied there is nothing left to deny. */
function isDeniedWithPlace(
  { access }: Rule,
  below: { readonly path: AbsolutePath; access: Access },
): boolean {
  return access === 'deny' && below.access === 'deny' && isInOwnPlace(below.path)
}
