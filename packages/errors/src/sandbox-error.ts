import type { ExitStatus } from './exit-status.js'

/** Marks every error of this toolkit. `Symbol.for`, so that it holds across the ESM and the CJS copy. */
const BRAND: unique symbol = Symbol.for('@linux-sandbox/errors') as never

/** What an error has beyond its message. */
export interface SandboxErrorDetails {
  /** What would help, as an imperative sentence without a final full stop. */
  readonly hint?: string
  readonly cause?: unknown
}

/**
 * What linux-sandbox throws for everything a caller or a user can do something about. `message` is one sentence
 * that says what is wrong; `hint` says what helps; `code` never changes once released.
 */
export abstract class SandboxError extends Error {
  /** Never changes once released, for example `POLICY_INVALID`. */
  abstract readonly code: string
  /** The status with which a program ends on this error. */
  abstract readonly exitStatus: ExitStatus
  readonly hint: string | undefined
  readonly [BRAND] = true

  constructor(message: string, { hint, cause }: SandboxErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.hint = hint
  }
}

/** Whether `value` is an error of this toolkit, from whichever copy of it. */
export function isSandboxError(value: unknown): value is SandboxError {
  return typeof value === 'object' && value !== null && BRAND in value
}
