import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  AUDIT_ARCH,
  compileFilter,
  evaluateFilter,
  filterFor,
  runProgram,
  type SeccompData,
} from '../src/index.ts'
import { callUnder, randomFilter } from './arbitraries.ts'
import { ALL_OPTIONS } from './calls.ts'

describe.each(ALL_OPTIONS)('the program for $arch, $network, nested sandbox $nestedSandbox', (options) => {
  const filter = filterFor(options)
  const program = compileFilter(filter)

  test('agrees with the rules about every number up to 1024 and around every edge', () => {
    const edges = filter.rules.flatMap(({ first, last }) => [first - 1, first, last, last + 1])
    const numbers = [...Array.from({ length: 1024 }, (_, nr) => nr), ...edges.map((nr) => nr >>> 0)]
    const argumentSets = [0n, 1n, 2n, 16n, 0x5412n, 0x10000000n, 0x40000n, 0xffffffffn, 0x100000000n, ~0n]
    for (const nr of numbers) {
      for (const value of argumentSets) {
        const call: SeccompData = {
          arch: AUDIT_ARCH[options.arch],
          nr,
          args: Array.from({ length: 6 }, () => value),
        }
        expect(runProgram(program, call)).toEqual(evaluateFilter(filter, call))
      }
    }
  })

  test('agrees with the rules about random calls', () => {
    fc.assert(
      fc.property(callUnder(filter), (call) => {
        expect(runProgram(program, call)).toEqual(evaluateFilter(filter, call))
      }),
      { numRuns: 2000 },
    )
  })
})

test('the program of any filter agrees with its rules', () => {
  fc.assert(
    fc.property(
      randomFilter.chain((filter) =>
        fc.tuple(fc.constant(filter), fc.array(callUnder(filter), { minLength: 30, maxLength: 30 })),
      ),
      ([filter, calls]) => {
        const program = compileFilter(filter)
        for (const call of calls) expect(runProgram(program, call)).toEqual(evaluateFilter(filter, call))
      },
    ),
    { numRuns: 400 },
  )
})
