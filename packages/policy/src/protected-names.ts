import { EXTENDED_NAMES_2026 } from './extended-names-2026.js'

/** A name that stays read-only directly inside every writable root, unless the policy grants writing it. */
export interface ProtectedName {
  readonly name: string
  /** Who outside the sandbox executes or trusts what is in there. */
  readonly reason: string
  /** Protected only where it exists: to keep it from being created would put too many placeholders into a workspace. */
  readonly onlyIfPresent?: boolean
}

/** The names of one list never change: a longer one gets a new name. */
export type ProtectedNameList = 'default' | 'extended-2026'

/** What is protected in every policy. */
export const PROTECTED_NAMES: readonly ProtectedName[] = Object.freeze(
  [
    { name: '.git', reason: 'git executes hooks and programs named in its configuration' },
    { name: '.agents', reason: 'coding agents take instructions and skills from it' },
    { name: '.codex', reason: 'Codex takes configuration, rules and commands to run from it' },
    {
      name: '.aws',
      reason: 'AWS clients execute the credential_process named in it and trust its endpoints',
    },
  ].map((protectedName) => Object.freeze(protectedName)),
)

/** The names of `list`; every list begins with `PROTECTED_NAMES`. */
export function protectedNames(list: ProtectedNameList): readonly ProtectedName[] {
  return list === 'default' ? PROTECTED_NAMES : [...PROTECTED_NAMES, ...EXTENDED_NAMES_2026]
}
