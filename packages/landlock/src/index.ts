export { landlockRuleset, scopeRuleset, type LandlockOptions, type LandlockPlan } from './landlock-ruleset.js'
export type { LandlockLimit, LandlockNote } from './notes.js'
export {
  FS_RIGHTS,
  LANDLOCK_ABIS,
  maskOf,
  NET_RIGHTS,
  rightsIn,
  SCOPES,
  type FsRight,
  type LandlockAbi,
  type NetRight,
  type Right,
  type Scope,
} from './rights.js'
export { downgrade, isEmpty, type Downgraded, type LandlockRule, type LandlockRuleset } from './ruleset.js'
