import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_INSTRUCTIONS, OPERATION } from '../src/bpf.ts'
import {
  compileFilter,
  createFilter,
  encodeProgram,
  filterFor,
  ruleForNumbers,
  runProgram,
  type Program,
} from '../src/index.ts'
import { randomFilter } from './arbitraries.ts'
import { ALL_OPTIONS, ALLOWED, callOf, NOT_PERMITTED } from './calls.ts'

/** What the kernel asks of a program before it loads it, as sentences about what is wrong. */
function faultsOf(program: Program): string[] {
  const faults = program.flatMap(({ code, jt, jf, k }, index) => {
    const left = program.length - 1 - index
    switch (code) {
      case OPERATION.load:
        return k % 4 === 0 && k < 64 && left > 0 ? [] : [`${index}: load`]
      case OPERATION.and:
        return left > 0 ? [] : [`${index}: and`]
      case OPERATION.jump:
        return k < left ? [] : [`${index}: jump`]
      case OPERATION.return:
        return []
      default:
        return jt < left && jf < left && jt <= 255 && jf <= 255 ? [] : [`${index}: branch`]
    }
  })
  return program.at(-1)?.code === OPERATION.return ? faults : [...faults, 'does not end with a return']
}

/** Instructions that no way leads to. */
function unreachable(program: Program): number[] {
  const reached = new Set([0])
  program.forEach(({ code, jt, jf, k }, index) => {
    if (!reached.has(index) || code === OPERATION.return) return
    const skips =
      code === OPERATION.jump ? [k] : code === OPERATION.load || code === OPERATION.and ? [0] : [jt, jf]
    for (const skip of skips) reached.add(index + 1 + skip)
  })
  return [...program.keys()].filter((index) => !reached.has(index))
}

/** Most instructions that one call can run through. */
function longestPath(program: Program): number {
  const lengths: number[] = []
  for (let index = program.length - 1; index >= 0; index -= 1) {
    const { code, jt, jf, k } = program[index]!
    const next = (skip: number): number => lengths[index + 1 + skip]!
    lengths[index] =
      code === OPERATION.return
        ? 1
        : code === OPERATION.jump
          ? 1 + next(k)
          : code === OPERATION.load || code === OPERATION.and
            ? 1 + next(0)
            : 1 + Math.max(next(jt), next(jf))
  }
  return lengths[0]!
}

test('programs stay short: instructions, and instructions on the longest path', () => {
  const sizes = ALL_OPTIONS.map(({ arch, network, nestedSandbox }) => {
    const program = compileFilter(filterFor({ arch, network, nestedSandbox }))
    return `${arch} ${network}${nestedSandbox ? ' nested' : ''}: ${program.length}, ${longestPath(program)}`
  })
  expect(sizes).toMatchInlineSnapshot(`
    [
      "x86_64 private-network: 111, 20",
      "x86_64 private-network nested: 103, 21",
      "x86_64 no-network: 110, 18",
      "x86_64 no-network nested: 100, 18",
      "x86_64 host-network: 100, 16",
      "x86_64 host-network nested: 92, 17",
      "aarch64 private-network: 113, 20",
      "aarch64 private-network nested: 99, 21",
      "aarch64 no-network: 107, 19",
      "aarch64 no-network nested: 93, 19",
      "aarch64 host-network: 102, 19",
      "aarch64 host-network nested: 88, 19",
    ]
  `)
})

describe('the kernel would load', () => {
  test.each(ALL_OPTIONS)(
    '$arch, $network, nested sandbox $nestedSandbox, and none of it is dead',
    (options) => {
      const program = compileFilter(filterFor(options))
      expect(faultsOf(program)).toEqual([])
      expect(unreachable(program)).toEqual([])
    },
  )

  test('the program of any filter', () => {
    fc.assert(
      fc.property(randomFilter, (filter) => {
        expect(faultsOf(compileFilter(filter))).toEqual([])
      }),
    )
  })
})

/** A filter with `count` rules that share nothing, so that its jumps are as far as jumps can be. */
function filterOf(count: number) {
  const rules = Array.from({ length: count }, (_, index) =>
    ruleForNumbers(
      { first: 2 * index, last: 2 * index },
      {
        why: 'far',
        cases: [{ when: [{ test: 'one-of', argument: 0, values: [index + 1] }], action: NOT_PERMITTED }],
        otherwise: ALLOWED,
      },
    ),
  )
  return createFilter({ arch: 'x86_64', defaultAction: NOT_PERMITTED, rules })
}

test('jumps further than 255 instructions arrive', () => {
  const program = compileFilter(filterOf(600))
  expect(program.length).toBeGreaterThan(1024)
  expect(faultsOf(program)).toEqual([])
  for (const index of [0, 1, 127, 128, 300, 598, 599]) {
    expect(runProgram(program, callOf('x86_64', 2 * index, [index + 1]))).toEqual(NOT_PERMITTED)
    expect(runProgram(program, callOf('x86_64', 2 * index, [index]))).toEqual(ALLOWED)
    expect(runProgram(program, callOf('x86_64', 2 * index + 1, [index + 1]))).toEqual(NOT_PERMITTED)
  }
})

test('a program that the kernel would find too long is refused', () => {
  expect(() => compileFilter(filterOf(2000))).toThrow(
    expect.objectContaining({
      name: 'TypeError',
      message: expect.stringContaining(`the kernel takes ${MAX_INSTRUCTIONS}`),
    }),
  )
})

test('an encoded instruction is struct sock_filter, little-endian', () => {
  const bytes = encodeProgram([
    { code: 0x20, jt: 0, jf: 0, k: 4 },
    { code: 0x15, jt: 1, jf: 255, k: 0xc000003e },
    { code: 0x06, jt: 0, jf: 0, k: 0x7fff0000 },
  ])
  const asWords = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  expect(asWords).toBe(['2000000004000000', '150001ff3e0000c0', '060000000000ff7f'].join(''))
})

test.each([
  { program: [], problem: 'runs past its end', why: 'empty' },
  { program: [{ code: 0x20, jt: 0, jf: 0, k: 4 }], problem: 'runs past its end', why: 'no return' },
  {
    program: [{ code: 0x20, jt: 0, jf: 0, k: 64 }],
    problem: 'loads from offset 64',
    why: 'behind seccomp_data',
  },
  { program: [{ code: 0x20, jt: 0, jf: 0, k: 2 }], problem: 'loads from offset 2', why: 'not aligned' },
  { program: [{ code: 0x07, jt: 0, jf: 0, k: 0 }], problem: 'unknown code 0x7', why: 'TAX' },
  {
    program: [{ code: 0x06, jt: 0, jf: 0, k: 0x7ff00000 }],
    problem: 'not the return value',
    why: 'a tracer',
  },
])('the interpreter refuses a program that is $why', ({ program, problem }) => {
  expect(() => runProgram(program, callOf('x86_64', 0))).toThrow(problem)
})
