/** A name that stays read-only directly inside every writable root, unless the policy grants writing it. */
export interface ProtectedName {
  readonly name: string
  /** Who outside the sandbox executes or trusts what is in there. */
  readonly reason: string
}

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
