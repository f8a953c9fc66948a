import { returnValueOf } from './action.js'
import type { Assembler, Label } from './assembler.js'
import { ALL_BITS, type Condition } from './condition.js'
import type { Case, Rule } from './filter.js'
import { highOffset, lowOffset } from './seccomp-data.js'

/** What is known where a jump leaves from. */
interface Knowledge {
  /** Offset of the word in the accumulator, where it is one. */
  readonly loaded?: number
  /** Conditions that hold. */
  readonly held: readonly Condition[]
}

/** Where to jump to, given what is known. Emits what is missing. */
type Entry = (knowledge: Knowledge) => Label

/** The instructions that decide a call of `rule`, with anything in the accumulator. */
export function compileCases(assembler: Assembler, rule: Rule): Label {
  const otherwise = assembler.return(returnValueOf(rule.otherwise))
  const start = rule.cases.reduceRight<Entry>(
    (next, { when, action }) => compileCase(assembler, { when, action, next }),
    () => otherwise,
  )
  return start({ held: [] })
}

/** One case; `next` is where it goes when a condition fails. */
function compileCase(assembler: Assembler, { when, action, next }: Case & { readonly next: Entry }): Entry {
  const done = assembler.return(returnValueOf(action))
  const entry = when.reduceRight<Entry>(
    (pass, condition, index) =>
      compileCondition(assembler, { condition, held: when.slice(0, index), pass, fail: next }),
    () => done,
  )
  return (knowledge) =>
    when.some((condition) => knowledge.held.some((held) => excludes(held, condition)))
      ? next(knowledge)
      : entry(knowledge)
}

/** Whether `condition` is false of every call of which `held` is true. */
function excludes(held: Condition, condition: Condition): boolean {
  return (
    held.test === 'one-of' &&
    condition.test === 'one-of' &&
    held.argument === condition.argument &&
    (held.mask ?? ALL_BITS) === (condition.mask ?? ALL_BITS) &&
    !held.values.some((value) => condition.values.includes(value))
  )
}

interface ConditionContext<C extends Condition = Condition> {
  readonly condition: C
  /** The earlier conditions of the same case. */
  readonly held: readonly Condition[]
  readonly pass: Entry
  readonly fail: Entry
}

function compileCondition(assembler: Assembler, context: ConditionContext): Entry {
  const { condition } = context
  switch (condition.test) {
    case 'one-of':
      return compileOneOf(assembler, { ...context, condition })
    case 'any-bit':
      return compileAnyBit(assembler, { ...context, condition })
    case 'zero':
      return compileZero(assembler, { ...context, condition })
  }
}

function compileOneOf(
  assembler: Assembler,
  { condition, held, pass, fail }: ConditionContext<Extract<Condition, { test: 'one-of' }>>,
): Entry {
  const { argument, mask = ALL_BITS, values } = condition
  const offset = lowOffset(argument)
  const after = mask === ALL_BITS ? { loaded: offset } : {}
  // `pass` first: it was emitted last, so a load that it still needs falls into it without a jump.
  const yes = pass({ ...after, held: [...held, condition] })
  const no = fail({ ...after, held })
  const compare = values.reduceRight(
    (next, value) => assembler.branch('jumpIfEqual', value, { yes, no: next }),
    no,
  )
  const tested = mask === ALL_BITS ? compare : assembler.and(mask, compare)
  return loadUnlessLoaded(assembler, offset, tested)
}

function compileAnyBit(
  assembler: Assembler,
  { condition, held, pass, fail }: ConditionContext<Extract<Condition, { test: 'any-bit' }>>,
): Entry {
  const loaded = lowOffset(condition.argument)
  const yes = pass({ loaded, held: [...held, condition] })
  const no = fail({ loaded, held })
  return loadUnlessLoaded(assembler, loaded, assembler.branch('jumpIfAnyBit', condition.bits, { yes, no }))
}

function compileZero(
  assembler: Assembler,
  { condition, held, pass, fail }: ConditionContext<Extract<Condition, { test: 'zero' }>>,
): Entry {
  const low = lowOffset(condition.argument)
  const high = highOffset(condition.argument)
  // Either half may be in the accumulator when it fails, so nothing is known of it.
  const yes = pass({ held: [...held, condition] })
  const no = fail({ held })
  const highIsZero = assembler.branch('jumpIfEqual', 0, { yes, no })
  const lowIsZero = assembler.branch('jumpIfEqual', 0, { yes: assembler.load(high, highIsZero), no })
  return loadUnlessLoaded(assembler, low, lowIsZero)
}

function loadUnlessLoaded(assembler: Assembler, offset: number, next: Label): Entry {
  return ({ loaded }) => (loaded === offset ? next : assembler.load(offset, next))
}
