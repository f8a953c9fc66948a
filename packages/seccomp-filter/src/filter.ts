import { checkAction, type Action } from './action.js'
import { checkArch, type Arch } from './arch.js'
import { ALL_BITS, checkCondition, isWord, type Condition } from './condition.js'
import { syscallNumber, type SyscallName } from './syscall-table.js'

/** Only the constructors here set it, so a rule or a filter that was not checked cannot exist. */
declare const CHECKED: unique symbol

/** What happens when every one of `when` holds. */
export interface Case {
  readonly when: readonly Condition[]
  readonly action: Action
}

/** What happens to the calls from `first` to `last`: the first case that holds decides, else `otherwise`. */
export interface Rule extends NumberRange {
  readonly [CHECKED]: true
  /** Why the rule exists, for people. */
  readonly why: string
  readonly cases: readonly Case[]
  readonly otherwise: Action
}

/**
 * The typed middle form between options and program. A call of a foreign architecture kills the process; any
 * other call is decided by the one rule that has its number, or by `defaultAction`.
 */
export interface Filter {
  readonly [CHECKED]: true
  readonly arch: Arch
  readonly defaultAction: Action
  /** By number, without overlap. */
  readonly rules: readonly Rule[]
}

/** The calls a rule decides. */
export interface NumberRange {
  readonly first: number
  readonly last: number
}

/** What a rule says of its calls; no cases unless given. */
export interface Decision {
  readonly why: string
  readonly cases?: readonly Case[]
  readonly otherwise: Action
}

/** A rule for one system call. @throws {TypeError} when `arch` lacks it or a case is not valid. */
export function ruleFor(arch: Arch, name: SyscallName, decision: Decision): Rule {
  const number = syscallNumber(arch, name)
  return ruleForNumbers({ first: number, last: number }, decision)
}

/** A rule for a range of calls. @throws {TypeError} when the range is empty or a case is not valid. */
export function ruleForNumbers({ first, last }: NumberRange, decision: Decision): Rule {
  const { why, cases = [], otherwise } = decision
  if (!isWord(first) || !isWord(last) || first > last) {
    throw new TypeError(`${first} to ${last} is not a range of system call numbers`)
  }
  checkAction(otherwise)
  for (const { when, action } of cases) {
    if (when.length === 0) throw new TypeError(`a case of the rule for ${first} has no condition`)
    for (const condition of when) checkCondition(condition)
    checkAction(action)
  }
  return { first, last, why, cases, otherwise } as unknown as Rule
}

/** A filter of `rules` in any order. @throws {TypeError} when two rules have the same number. */
export function createFilter(parts: {
  readonly arch: Arch
  readonly defaultAction: Action
  readonly rules: readonly Rule[]
}): Filter {
  const { arch, defaultAction } = parts
  checkArch(arch)
  checkAction(defaultAction)
  const rules = [...parts.rules].toSorted((a, b) => a.first - b.first)
  let free = 0
  for (const { first, last, why } of rules) {
    if (first < free) throw new TypeError(`two rules decide the system call ${first} (${why})`)
    free = last + 1
  }
  return { arch, defaultAction, rules } as unknown as Filter
}

/** The number that a tracer sets to skip a call: -1. The kernel runs nothing for it. */
export const SKIPPED_CALL = ALL_BITS
