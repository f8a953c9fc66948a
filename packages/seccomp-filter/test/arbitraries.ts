import * as fc from 'fast-check'
import {
  AUDIT_ARCH,
  createFilter,
  ruleForNumbers,
  type Action,
  type ArgumentIndex,
  type Condition,
  type Filter,
  type SeccompData,
} from '../src/index.ts'

const ACTIONS: readonly Action[] = [
  { type: 'allow' },
  { type: 'kill' },
  { type: 'errno', errno: 1 },
  { type: 'errno', errno: 38 },
]

/** Few values and many bits that meet, so that conditions hold about as often as not. */
const word = fc.oneof(
  fc.integer({ min: 0, max: 7 }),
  fc.integer({ min: 0, max: 31 }).map((bit) => (1 << bit) >>> 0),
  fc.constantFrom(0, 0xffffffff, 0x80000000, 0x7fffffff),
)

const argument = fc.constantFrom<ArgumentIndex>(0, 1, 4, 5)

const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({
    test: fc.constant('one-of' as const),
    argument,
    values: fc.uniqueArray(word, { minLength: 1, maxLength: 4 }),
  }),
  fc
    .tuple(
      argument,
      fc.constantFrom(0xf, 0x7, 0x80000001),
      fc.uniqueArray(word, { minLength: 1, maxLength: 4 }),
    )
    .map(([index, mask, words]): Condition => {
      const values = [...new Set(words.map((value) => (value & mask) >>> 0))]
      return { test: 'one-of', argument: index, mask, values }
    }),
  fc.record({
    test: fc.constant('any-bit' as const),
    argument,
    bits: word.map((bits) => (bits === 0 ? 1 : bits)),
  }),
  fc.record({ test: fc.constant('zero' as const), argument }),
)

const action = fc.constantFrom(...ACTIONS)

const decision = fc.record({
  why: fc.constant('random'),
  cases: fc.array(fc.record({ when: fc.array(condition, { minLength: 1, maxLength: 3 }), action }), {
    maxLength: 3,
  }),
  otherwise: action,
})

/** Filters whose rules touch, leave gaps, are single numbers or wide ranges. */
export const randomFilter: fc.Arbitrary<Filter> = fc
  .record({
    arch: fc.constantFrom('x86_64' as const, 'aarch64' as const),
    defaultAction: action,
    rules: fc.array(
      fc.record({
        gap: fc.integer({ min: 0, max: 3 }),
        width: fc.oneof(
          { arbitrary: fc.constant(1), weight: 4 },
          { arbitrary: fc.integer({ min: 1, max: 2000 }), weight: 1 },
        ),
        decision,
      }),
      { maxLength: 60 },
    ),
  })
  .map(({ arch, defaultAction, rules }) => {
    let next = 0
    const placed = rules.map(({ gap, width, decision: body }) => {
      const first = next + gap
      next = first + width
      return ruleForNumbers({ first, last: next - 1 }, body)
    })
    return createFilter({ arch, defaultAction, rules: placed })
  })

const argumentValue = fc.oneof(
  fc
    .tuple(fc.constantFrom(0, 0, 1, 0xffffffff, 0xdeadbeef), word)
    .map(([high, low]) => (BigInt(high) << 32n) | BigInt(low)),
  fc.bigInt({ min: 0n, max: 0xffffffffffffffffn }),
)

/** Calls of the filter's own architecture, mostly, at and around the numbers that its rules name. */
export function callUnder(filter: Filter): fc.Arbitrary<SeccompData> {
  const edges = filter.rules.flatMap(({ first, last }) => [first - 1, first, last, last + 1])
  const own = AUDIT_ARCH[filter.arch]
  return fc.record({
    arch: fc.oneof(
      { arbitrary: fc.constant(own), weight: 12 },
      {
        arbitrary: fc.constantFrom(0, own ^ 1, 0x40000003, 0xc000003e, 0xc00000b7).map((arch) => arch >>> 0),
        weight: 1,
      },
    ),
    nr: fc
      .oneof(
        fc.constantFrom(0, 0x3fffffff, 0x40000000, 0x7fffffff, 0x80000000, 0xffffffff, ...edges),
        fc.integer({ min: 0, max: 0xffffffff }),
      )
      .map((nr) => nr >>> 0),
    args: fc.array(argumentValue, { minLength: 6, maxLength: 6 }),
  })
}
