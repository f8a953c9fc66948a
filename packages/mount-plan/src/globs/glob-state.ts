import { ANY_RUN, nameTest, type GlobComponent, type ResolvedGlob } from '@linux-sandbox/policy'

/** One component of a pattern, with what follows it. */
export interface Step {
  /** Unlike that of any other step. */
  readonly id: number
  readonly component: GlobComponent | typeof ANY_RUN
  /** Nothing after the last component: a name that fits is a match. */
  readonly next: Step | undefined
  readonly glob: ResolvedGlob
}

/** What a name means to the globs that are looked for. */
export interface NameVerdict {
  /** The first glob that matches here. */
  readonly match: ResolvedGlob | undefined
  /** What is looked for below, when the name is a directory; `undefined` when nothing there can match. */
  readonly below: GlobState | undefined
}

/**
 * What is looked for in one directory. Directories that are equal in this share one state, so that a tree of any size is walked with a
 * handful of them, and a name costs a few comparisons whatever its path is.
 */
export class GlobState {
  /** The names that are looked for, when no other can match in this directory or below it. */
  readonly onlyNames: readonly string[] | undefined
  readonly #states: Map<string, GlobState>
  /** The steps that `**` keeps for every directory below. */
  readonly #lasting: readonly Step[]
  readonly #named = new Map<string, Step[]>()
  readonly #tested: { readonly step: Step; readonly isName: (name: string) => boolean }[] = []
  readonly #verdicts = new Map<string, NameVerdict>()
  readonly #otherwise: NameVerdict

  private constructor(steps: readonly Step[], states: Map<string, GlobState>) {
    this.#states = states
    states.set(keyOf(steps), this)
    this.#lasting = steps.filter(({ component }) => component === ANY_RUN)
    for (const step of steps) {
      const { component } = step
      if (component === ANY_RUN) continue
      if (component.kind === 'pattern') this.#tested.push({ step, isName: nameTest(component) })
      else this.#named.set(component.text, [...(this.#named.get(component.text) ?? []), step])
    }
    const isOpen = this.#tested.length > 0 || this.#lasting.length > 0
    this.onlyNames = isOpen ? undefined : [...this.#named.keys()]
    this.#otherwise = this.#verdictOn([])
  }

  /** The state of the directory where the patterns of `steps` begin. */
  static first(steps: readonly Step[]): GlobState {
    return new GlobState(withRunsSkipped(steps), new Map())
  }

  verdictOn(name: string): NameVerdict {
    let fitting = this.#named.get(name)
    for (const { step, isName } of this.#tested) {
      if (isName(name)) fitting = fitting === undefined ? [step] : [...fitting, step]
    }
    if (fitting === undefined) return this.#otherwise
    const key = keyOf(fitting)
    const known = this.#verdicts.get(key)
    if (known !== undefined) return known
    const verdict = this.#verdictOn(fitting)
    this.#verdicts.set(key, verdict)
    return verdict
  }

  #verdictOn(fitting: readonly Step[]): NameVerdict {
    const matches = fitting.filter(({ next }) => next === undefined).map(({ glob }) => glob)
    const following = fitting.flatMap(({ next }) => (next === undefined ? [] : [next]))
    const steps = withRunsSkipped([...this.#lasting, ...following])
    const below =
      steps.length === 0 ? undefined : (this.#states.get(keyOf(steps)) ?? new GlobState(steps, this.#states))
    return { match: matches.toSorted((a, b) => a.origin.index - b.origin.index)[0], below }
  }
}

/** `steps`, and those that follow a `**` among them: it stands for no component as well. */
function withRunsSkipped(steps: readonly Step[]): Step[] {
  const reached = new Set(steps)
  for (const { component, next } of reached) {
    if (component === ANY_RUN && next !== undefined) reached.add(next)
  }
  return [...reached].toSorted((a, b) => a.id - b.id)
}

function keyOf(steps: readonly Step[]): string {
  return steps.map(({ id }) => id).join()
}
