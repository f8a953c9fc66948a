import { describe, expect, test } from 'vitest'
import {
  createFilter,
  filterFor,
  ruleFor,
  ruleForNumbers,
  syscallName,
  syscallNumber,
  SYSCALLS,
  type Action,
  type Arch,
  type Condition,
  type NetworkMode,
} from '../src/index.ts'
import { ALLOWED, NOT_PERMITTED } from './calls.ts'

const decision = { why: 'test', otherwise: NOT_PERMITTED }

function ruleWith(condition: Condition) {
  return ruleForNumbers(
    { first: 1, last: 1 },
    { ...decision, cases: [{ when: [condition], action: ALLOWED }] },
  )
}

describe('an invalid rule cannot exist', () => {
  test.each([
    { make: () => ruleFor('aarch64', 'open', decision), problem: 'aarch64 has no system call open' },
    { make: () => ruleFor('aarch64', 'fork', decision), problem: 'aarch64 has no system call fork' },
    { make: () => ruleFor('mips' as 'x86_64', 'read', decision), problem: '"mips" is not x86_64 or aarch64' },
    { make: () => ruleForNumbers({ first: 2, last: 1 }, decision), problem: '2 to 1 is not a range' },
    { make: () => ruleForNumbers({ first: -1, last: 1 }, decision), problem: '-1 to 1 is not a range' },
    { make: () => ruleForNumbers({ first: 0, last: 2 ** 32 }, decision), problem: 'is not a range' },
    {
      make: () =>
        ruleForNumbers({ first: 1, last: 1 }, { ...decision, cases: [{ when: [], action: ALLOWED }] }),
      problem: 'has no condition',
    },
    {
      make: () =>
        ruleForNumbers({ first: 1, last: 1 }, { why: '', otherwise: { type: 'errno', errno: 4096 } }),
      problem: '4096 is not an error number',
    },
    {
      make: () =>
        ruleForNumbers({ first: 1, last: 1 }, { why: '', otherwise: { type: 'log' } as unknown as Action }),
      problem: 'unknown action',
    },
    { make: () => ruleWith({ test: 'one-of', argument: 0, values: [] }), problem: 'needs a value' },
    { make: () => ruleWith({ test: 'one-of', argument: 0, values: [1, 1] }), problem: 'repeats a value' },
    { make: () => ruleWith({ test: 'one-of', argument: 0, values: [-1] }), problem: 'cannot be the value' },
    { make: () => ruleWith({ test: 'one-of', argument: 0, values: [1.5] }), problem: 'cannot be the value' },
    {
      make: () => ruleWith({ test: 'one-of', argument: 0, mask: 0xf, values: [0x10] }),
      problem: 'under the mask',
    },
    { make: () => ruleWith({ test: 'one-of', argument: 0, mask: 0, values: [0] }), problem: 'is not a mask' },
    { make: () => ruleWith({ test: 'any-bit', argument: 0, bits: 0 }), problem: '0 is not 1 to 32 bits' },
    { make: () => ruleWith({ test: 'zero', argument: 6 as 5 }), problem: 'arguments 0 to 5, not 6' },
    {
      make: () => ruleWith({ test: 'less', argument: 0 } as unknown as Condition),
      problem: 'unknown condition',
    },
  ])('$problem', ({ make, problem }) => {
    expect(make).toThrow(
      expect.objectContaining({ name: 'TypeError', message: expect.stringContaining(problem) }),
    )
  })
})

test('a filter has one rule for each number', () => {
  const rules = [
    ruleForNumbers({ first: 5, last: 9 }, decision),
    ruleForNumbers({ first: 1, last: 5 }, { ...decision, why: 'lower' }),
  ]
  expect(() => createFilter({ arch: 'x86_64', defaultAction: ALLOWED, rules })).toThrow(
    'two rules decide the system call 5 (test)',
  )
})

test('the rules of a filter are in the order of their numbers', () => {
  const rules = [9, 3, 7].map((first) => ruleForNumbers({ first, last: first }, decision))
  const filter = createFilter({ arch: 'x86_64', defaultAction: ALLOWED, rules })
  expect(filter.rules.map(({ first }) => first)).toEqual([3, 7, 9])
})

test('an unknown network mode or architecture is the mistake of the caller', () => {
  expect(() => filterFor({ arch: 'x86_64', network: 'none' as NetworkMode })).toThrow(TypeError)
  expect(() => filterFor({ arch: 'x64' as 'x86_64', network: 'no-network' })).toThrow(
    '"x64" is not x86_64 or aarch64',
  )
})

test.each([
  { arch: 'x86_64', name: 'clone', number: 56 },
  { arch: 'aarch64', name: 'clone', number: 220 },
  { arch: 'x86_64', name: 'ioctl', number: 16 },
  { arch: 'aarch64', name: 'ioctl', number: 29 },
  { arch: 'x86_64', name: 'open_tree_attr', number: 467 },
  { arch: 'aarch64', name: 'open_tree_attr', number: 467 },
  { arch: 'aarch64', name: 'fstat', number: 80 },
  { arch: 'aarch64', name: 'newfstatat', number: 79 },
] as const)('$name is $number on $arch, both ways', ({ arch, name, number }) => {
  expect(syscallNumber(arch, name)).toBe(number)
  expect(syscallName(arch, number)).toBe(name)
})

test('a number without a call has no name', () => {
  expect(syscallName('x86_64', 400)).toBeUndefined()
  expect(SYSCALLS.aarch64.fork).toBeUndefined()
})

function callsFrom424(arch: Arch) {
  return Object.entries(SYSCALLS[arch]).filter(([, number]) => number >= 424)
}

test('from 424 on both architectures have the same numbers', () => {
  expect(callsFrom424('aarch64')).toEqual(callsFrom424('x86_64'))
  expect(callsFrom424('x86_64')).toContainEqual(['clone3', 435])
})
