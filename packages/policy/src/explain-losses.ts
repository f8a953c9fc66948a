import type { AccessReason } from './access.js'
import { accessGivenBy, locationOf, type CoveringRule } from './explain-rules.js'
import { depthOf, isInside } from './path.js'

/** Why a rule that covers a path does not decide about it. */
export type LossReason =
  /** A deny glob does, whatever the rest says. */
  | 'glob-wins'
  /** What decides is for a deeper path. */
  | 'shallower'
  /** What decides is for the same path: `deny` before `write` before `read` before a protected name. */
  | 'weaker'
  /** What decides says the same. */
  | 'repeated'
  /** A protected name, and an entry lets the command write at or below it. */
  | 'lifted'
  /** A protected name, and nothing narrows a writable `/`. */
  | 'whole-disk-writable'
  /** A platform default, and an entry covers the path. */
  | 'only-fills-gaps'
  /** `deny` on `/`: platform defaults come before it. */
  | 'starts-from-zero'

/** Why `rule` lost to `winner`. Both cover the same path. */
export function lossOf(rule: CoveringRule, winner: AccessReason): LossReason {
  if (winner.kind === 'glob') return rule.kind === 'glob' ? 'repeated' : 'glob-wins'
  if (rule.kind === 'platform-default') return 'only-fills-gaps'
  if (winner.kind === 'platform-default') {
    return rule.kind === 'entry' && rule.entry.access === 'deny' ? 'starts-from-zero' : 'weaker'
  }
  if (rule.kind === 'glob' || winner.kind === 'unrestricted' || winner.kind === 'no-entry') {
    throw new TypeError(`a ${rule.kind} never loses to ${winner.kind}`)
  }
  const [at, winnerAt] = [locationOf(rule), locationOf(winner)]
  if (rule.kind === 'protected-name' && winner.kind === 'entry' && winner.entry.access === 'write') {
    return isInside(winnerAt, at) ? 'lifted' : 'whole-disk-writable'
  }
  if (depthOf(at) < depthOf(winnerAt)) return 'shallower'
  return accessGivenBy(rule) === accessGivenBy(winner) ? 'repeated' : 'weaker'
}
