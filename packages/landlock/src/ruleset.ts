import type { AbsolutePath } from '@linux-sandbox/policy'
import {
  FS_RIGHTS,
  knownMask,
  NET_RIGHTS,
  rightsIn,
  SCOPES,
  type FsRight,
  type NetRight,
  type Scope,
} from './rights.js'

/** What landlock_create_ruleset(2) and landlock_add_rule(2) are given. What is handled is forbidden unless a rule allows it. */
export interface LandlockRuleset {
  readonly handledAccessFs: bigint
  readonly handledAccessNet: bigint
  readonly scoped: bigint
  readonly rules: readonly LandlockRule[]
}

/** Allows `access` to what is at `path` and below. */
export interface LandlockRule {
  /** Canonical. */
  readonly path: AbsolutePath
  readonly access: bigint
}

/** A ruleset as a kernel takes it, and what that kernel cannot restrict. */
export interface Downgraded {
  readonly ruleset: LandlockRuleset
  readonly lost: readonly (FsRight | NetRight | Scope)[]
}

/** `ruleset` without what a kernel with `abi` does not know. An ABI that is newer than this package knows all of it. */
export function downgrade(ruleset: LandlockRuleset, abi: number): Downgraded {
  const fs = knownMask(FS_RIGHTS, abi)
  const net = knownMask(NET_RIGHTS, abi)
  const scopes = knownMask(SCOPES, abi)
  return {
    ruleset: {
      handledAccessFs: ruleset.handledAccessFs & fs,
      handledAccessNet: ruleset.handledAccessNet & net,
      scoped: ruleset.scoped & scopes,
      rules: ruleset.rules
        .map(({ path, access }) => ({ path, access: access & fs }))
        .filter(({ access }) => access !== 0n),
    },
    lost: [
      ...rightsIn(FS_RIGHTS, ruleset.handledAccessFs & ~fs),
      ...rightsIn(NET_RIGHTS, ruleset.handledAccessNet & ~net),
      ...rightsIn(SCOPES, ruleset.scoped & ~scopes),
    ],
  }
}

/** Whether `ruleset` restricts nothing: the kernel refuses an empty one. @see landlock_create_ruleset(2), ENOMSG */
export function isEmpty({ handledAccessFs, handledAccessNet, scoped }: LandlockRuleset): boolean {
  return (handledAccessFs | handledAccessNet | scoped) === 0n
}
