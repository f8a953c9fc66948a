import { KILL, returnValueOf } from './action.js'
import { AUDIT_ARCH } from './arch.js'
import { createAssembler, type Assembler, type Label } from './assembler.js'
import type { Program } from './bpf.js'
import { compileCases } from './compile-cases.js'
import { ALL_BITS } from './condition.js'
import type { Filter } from './filter.js'
import { OFFSET } from './seccomp-data.js'

/** Numbers from `first` to the next segment's that share one outcome. */
interface Segment {
  readonly first: number
  readonly last: number
  readonly outcome: Label
}

/**
 * The BPF program of `filter`.
 *
 * The kernel runs the program once for every system call number when it is loaded, to learn which calls are always
 * allowed. So the start of a command pays for the length of the path as well as for that of the program: numbers
 * are searched, not compared one by one.
 *
 * @throws {TypeError} when the program is longer than the kernel takes.
 */
export function compileFilter(filter: Filter): Program {
  const assembler = createAssembler()
  const kill = assembler.return(returnValueOf(KILL))
  const search = emitSearch(assembler, segmentsOf(assembler, filter))
  assembler.load(
    OFFSET.arch,
    assembler.branch('jumpIfEqual', AUDIT_ARCH[filter.arch], {
      yes: assembler.load(OFFSET.nr, search),
      no: kill,
    }),
  )
  return assembler.finish()
}

/** All 2^32 numbers in order; neighbours differ in their outcome. Emits the outcomes. */
function segmentsOf(assembler: Assembler, { rules, defaultAction }: Filter): readonly Segment[] {
  const unruled = assembler.return(returnValueOf(defaultAction))
  const segments: Segment[] = []
  let next = 0
  const add = (last: number, outcome: Label): void => {
    if (last < next) return
    const previous = segments.at(-1)
    if (previous?.outcome === outcome) segments[segments.length - 1] = { ...previous, last }
    else segments.push({ first: next, last, outcome })
    next = last + 1
  }
  for (const rule of rules) {
    add(rule.first - 1, unruled)
    add(rule.last, compileCases(assembler, rule))
  }
  add(ALL_BITS, unruled)
  return segments
}

/**
 * How many numbers are compared one by one at the end of a search. From 2 to 10 a program loads in the same time;
 * above 4 it hardly gets shorter.
 */
const MAX_COMPARED = 4

/** Numbers that a kernel may use; the rest does not count when the search is balanced. */
const USED_NUMBERS = 512

/** Expects the number in the accumulator. */
function emitSearch(assembler: Assembler, segments: readonly Segment[]): Label {
  const compared = emitComparisons(assembler, segments)
  if (compared !== undefined) return compared
  const middle = middleOf(segments)
  const upper = segments.slice(middle)
  const yes = emitSearch(assembler, upper)
  const no = emitSearch(assembler, segments.slice(0, middle))
  return assembler.branch('jumpIfAtLeast', upper[0]?.first ?? 0, { yes, no })
}

/** One comparison for each number that differs from the rest; undefined when these are too many, or ranges. */
function emitComparisons(assembler: Assembler, segments: readonly Segment[]): Label | undefined {
  if (segments.length > 2 * MAX_COMPARED + 1) return undefined
  for (const { outcome: rest } of segments.slice(0, 2)) {
    const others = segments.filter(({ outcome }) => outcome !== rest)
    if (others.length > MAX_COMPARED || others.some(({ first, last }) => first !== last)) continue
    return others.reduceRight(
      (no, { first, outcome }) => assembler.branch('jumpIfEqual', first, { yes: outcome, no }),
      rest,
    )
  }
  return undefined
}

/** Where to cut so that both sides have about as many numbers. */
function middleOf(segments: readonly Segment[]): number {
  const weightOf = ({ first, last }: Segment): number =>
    Math.max(0, Math.min(last, USED_NUMBERS) - Math.min(first, USED_NUMBERS)) + 1
  const total = segments.reduce((sum, segment) => sum + weightOf(segment), 0)
  let below = 0
  let best = 1
  let bestImbalance = Number.POSITIVE_INFINITY
  segments.slice(0, -1).forEach((segment, index) => {
    below += weightOf(segment)
    const imbalance = Math.abs(total - 2 * below)
    if (imbalance < bestImbalance) {
      best = index + 1
      bestImbalance = imbalance
    }
  })
  return best
}
