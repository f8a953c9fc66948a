import { KILL, type Action } from './action.js'
import { AUDIT_ARCH } from './arch.js'
import { holds } from './condition.js'
import type { Filter } from './filter.js'
import type { SeccompData } from './seccomp-data.js'

/** What `filter` says about a call, straight from its rules. The compiled program must agree with this. */
export function evaluateFilter(filter: Filter, data: SeccompData): Action {
  if (data.arch !== AUDIT_ARCH[filter.arch]) return KILL
  const rule = filter.rules.find(({ first, last }) => first <= data.nr && data.nr <= last)
  if (rule === undefined) return filter.defaultAction
  const decisive = rule.cases.find(({ when }) => when.every((condition) => holds(condition, data)))
  return decisive?.action ?? rule.otherwise
}
