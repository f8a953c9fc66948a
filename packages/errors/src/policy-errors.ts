import { EXIT_STATUS } from './exit-status.js'
import { SandboxError, type SandboxErrorDetails } from './sandbox-error.js'

/** One thing that is wrong with a document. */
export interface Issue {
  /** Where: keys and indexes from the root, for example `['file_system', 'entries', 0, 'access']`. */
  readonly path: readonly (string | number)[]
  /** What is wrong there, as a phrase. */
  readonly message: string
  /** Line in the text, from 1, where the text is known. */
  readonly line?: number
  /** Column in the text, from 1, where the text is known. */
  readonly column?: number
}

/** A document, option or argument that does not mean anything. Carries every issue that was found. */
export class PolicyInvalidError extends SandboxError {
  override readonly name = 'PolicyInvalidError'
  readonly code = 'POLICY_INVALID'
  readonly exitStatus = EXIT_STATUS.usage
  readonly issues: readonly Issue[]

  constructor(document: string, issues: readonly Issue[], details: SandboxErrorDetails = {}) {
    super(`${document} is not valid: ${issues.map(describeIssue).join('; ')}`, {
      hint: 'correct what is named, and try again',
      ...details,
    })
    this.issues = issues
  }
}

/** The policy means something that this version or this backend cannot enforce. Nothing was started. */
export class PolicyUnsupportedError extends SandboxError {
  override readonly name = 'PolicyUnsupportedError'
  readonly code = 'POLICY_UNSUPPORTED'
  readonly exitStatus = EXIT_STATUS.setup
  /** The entry that cannot be enforced, as the document spells it. */
  readonly entry: string

  constructor(entry: string, reason: string, details: SandboxErrorDetails = {}) {
    super(`cannot enforce ${entry}: ${reason}`, details)
    this.entry = entry
  }
}

/** A name of a profile that does not exist. */
export class UnknownProfileError extends SandboxError {
  override readonly name = 'UnknownProfileError'
  readonly code = 'PROFILE_UNKNOWN'
  readonly exitStatus = EXIT_STATUS.usage
  readonly profile: string

  constructor(profile: string, known: readonly string[]) {
    super(`there is no profile named ${JSON.stringify(profile)}`, { hint: `use one of ${known.join(', ')}` })
    this.profile = profile
  }
}

function describeIssue({ path, message, line, column }: Issue): string {
  const place = path.length === 0 ? '' : `${formatIssuePath(path)}: `
  const position =
    line === undefined ? '' : ` (line ${line}${column === undefined ? '' : `, column ${column}`})`
  return `${place}${message}${position}`
}

/** `['entries', 0, 'a b']` as `entries[0]."a b"`. */
export function formatIssuePath(path: readonly (string | number)[]): string {
  return path
    .map((key) => {
      if (typeof key === 'number') return `[${key}]`
      return /^[\w-]+$/.test(key) ? `.${key}` : `.${JSON.stringify(key)}`
    })
    .join('')
    .replace(/^\./, '')
}
