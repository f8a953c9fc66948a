import { accessOf, type AccessDecision, type AccessReason } from './access.js'
import { changesOf, type AccessChange } from './explain-changes.js'
import { lossOf, type LossReason } from './explain-losses.js'
import { coveringRules, type CoveringRule } from './explain-rules.js'
import type { AbsolutePath } from './path.js'
import type { ResolvedPolicy } from './resolved-policy.js'

/** Why a command may do with `path` what it may, and what would change that. */
export interface Explanation extends AccessDecision {
  readonly path: AbsolutePath
  /** What else covers `path`, in order of precedence. */
  readonly shadowed: readonly ShadowedRule[]
  /** One for each access that `path` does not have, from `deny` to `write`; none where no path is restricted. */
  readonly changes: readonly AccessChange[]
}

export interface ShadowedRule {
  readonly rule: CoveringRule
  /** Why it does not decide. */
  readonly because: LossReason
}

/**
 * What `accessOf` says about `path`, with all that it took into account and all that would change it. Like `accessOf`
 * it is about names, not about what a disk has there.
 */
export function explain(policy: ResolvedPolicy, path: AbsolutePath): Explanation {
  const { fileSystem } = policy
  const { access, decidedBy } = accessOf(policy, path)
  if (fileSystem.kind === 'unrestricted') return { path, access, decidedBy, shadowed: [], changes: [] }
  const rules = coveringRules(policy, fileSystem, path)
  const shadowed = rules
    .filter((rule) => !isSameRule(rule, decidedBy))
    .map((rule) => ({ rule, because: lossOf(rule, decidedBy) }))
  const changes = changesOf(policy, fileSystem, rules, { path, access })
  return { path, access, decidedBy, shadowed, changes }
}

function isSameRule(rule: CoveringRule, other: AccessReason): boolean {
  switch (rule.kind) {
    case 'glob':
      return other.kind === 'glob' && other.glob === rule.glob
    case 'entry':
      return other.kind === 'entry' && other.entry === rule.entry
    case 'protected-name':
      return other.kind === 'protected-name' && other.path === rule.path
    case 'platform-default':
      return other.kind === 'platform-default'
  }
}
