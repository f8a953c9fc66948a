import { PolicyInvalidError, type Issue } from '@linux-sandbox/errors'

/** Where something was written: in the document, or in an override of the command line. */
export interface Place {
  /** Keys and indexes from the root of the configuration. */
  readonly path: Issue['path']
  /** From 1. Only in the document. */
  readonly line?: number
  /** From 1. Only in the document. */
  readonly column?: number
  /** The override as it was given, `key=value`. */
  readonly override?: string
}

/** A value and where it was written. */
export interface Located<Value> {
  readonly value: Value
  readonly place: Place
}

/** Collects what is wrong, so that everything is told at once. */
export class IssueList {
  readonly #document: string | undefined
  readonly #issues: Issue[] = []
  #hasOverrideIssues = false

  constructor(document: string | undefined) {
    this.#document = document
  }

  add({ override, ...where }: Place, message: string): void {
    if (override === undefined) {
      this.#issues.push({ ...where, message })
      return
    }
    this.#hasOverrideIssues = true
    this.#issues.push({ ...where, message: `${message} (in -c ${override})` })
  }

  /** @throws {PolicyInvalidError} with all issues, in the order of the document; those of overrides come last. */
  throwIfAny(): void {
    if (this.#issues.length === 0) return
    const name = this.#hasOverrideIssues ? undefined : this.#document
    throw new PolicyInvalidError(name ?? 'the configuration', this.#issues.toSorted(byPosition))
  }
}

function byPosition(a: Issue, b: Issue): number {
  // Two infinities have no difference that is a number.
  return lineOf(a) - lineOf(b) || (a.column ?? 0) - (b.column ?? 0)
}

function lineOf({ line }: Issue): number {
  return line ?? Number.MAX_SAFE_INTEGER
}
