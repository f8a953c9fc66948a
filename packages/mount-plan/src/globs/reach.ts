import { isInside, pathPrefixes, type Access, type AbsolutePath } from '@linux-sandbox/policy'
import type { RuleSet } from '../rules.js'

/** Which places the entries let a command reach: the grants are those from before any glob. */
export class Reach {
  readonly #rules: RuleSet
  readonly #accesses: ReadonlyMap<AbsolutePath, Access>
  readonly #granted: readonly AbsolutePath[]
  /** All paths that have a grant at or below them. */
  readonly #leadsToGrant: ReadonlySet<AbsolutePath>

  constructor(rules: RuleSet) {
    const sorted = rules.sorted()
    this.#rules = rules
    this.#accesses = new Map(sorted.map(({ path, access }) => [path, access]))
    this.#granted = sorted.filter(({ access }) => access !== 'deny').map(({ path }) => path)
    this.#leadsToGrant = new Set(this.#granted.flatMap(pathPrefixes))
  }

  /** What holds at `path`, from all rules that there are by now. */
  at(path: AbsolutePath): Access {
    return this.#rules.accessAt(path)
  }

  /** What the entries give to `path`, when `directory` is what they give to its directory. */
  below(directory: Access, path: AbsolutePath): Access {
    return this.#accesses.get(path) ?? directory
  }

  /** Whether nothing at `path` or below it can be reached, `access` being what holds at `path`. */
  isClosed(path: AbsolutePath, access: Access): boolean {
    return access === 'deny' && !this.#leadsToGrant.has(path)
  }

  /** The paths of the grants at or below `path`. */
  grantsWithin(path: AbsolutePath): readonly AbsolutePath[] {
    return this.#leadsToGrant.has(path) ? this.#granted.filter((grant) => isInside(grant, path)) : []
  }
}
