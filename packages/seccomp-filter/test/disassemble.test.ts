import { expect, test } from 'vitest'
import { compileFilter, createFilter, disassemble, ruleFor, type Condition } from '../src/index.ts'
import { ALLOWED, KILLED, NOT_PERMITTED } from './calls.ts'

test('a program reads as tests with names, and ways with numbers', () => {
  const when: readonly Condition[] = [
    { test: 'one-of', argument: 0, values: [2, 10] },
    { test: 'one-of', argument: 1, mask: 0xf, values: [1] },
    { test: 'zero', argument: 4 },
  ]
  const filter = createFilter({
    arch: 'aarch64',
    defaultAction: ALLOWED,
    rules: [
      ruleFor('aarch64', 'socket', { why: '', cases: [{ when, action: ALLOWED }], otherwise: NOT_PERMITTED }),
      ruleFor('aarch64', 'clone', {
        why: '',
        cases: [{ when: [{ test: 'any-bit', argument: 0, bits: 0x10000000 }], action: KILLED }],
        otherwise: ALLOWED,
      }),
    ],
  })
  expect(disassemble(compileFilter(filter))).toMatchInlineSnapshot(`
    [
      "   0: load arch",
      "   1: if arch == 0xc00000b7 goto 2 else 19",
      "   2: load nr",
      "   3: if nr == 198 (socket) goto 7 else 4",
      "   4: if nr == 220 (clone) goto 5 else 18",
      "   5: load low(arg0)",
      "   6: if low(arg0) & 0x10000000 goto 19 else 18",
      "   7: load low(arg0)",
      "   8: if low(arg0) == 0x2 goto 10 else 9",
      "   9: if low(arg0) == 0xa goto 10 else 17",
      "  10: load low(arg1)",
      "  11: and 0xf",
      "  12: if (low(arg1) & 0xf) == 0x1 goto 13 else 17",
      "  13: load low(arg4)",
      "  14: if low(arg4) == 0x0 goto 15 else 17",
      "  15: load high(arg4)",
      "  16: if high(arg4) == 0x0 goto 18 else 17",
      "  17: return errno 1",
      "  18: return allow",
      "  19: return kill",
    ]
  `)
})

test('what the compiler would not write is shown as it is', () => {
  expect(
    disassemble([
      { code: 0x05, jt: 0, jf: 0, k: 1 },
      { code: 0x07, jt: 0, jf: 0, k: 0 },
    ]),
  ).toEqual(['   0: goto 2', '   1: unknown code 0x7'])
})

test('a word that depends on the way is not named', () => {
  const program = [
    { code: 0x20, jt: 0, jf: 0, k: 0 },
    { code: 0x15, jt: 1, jf: 0, k: 59 },
    { code: 0x20, jt: 0, jf: 0, k: 16 },
    { code: 0x15, jt: 0, jf: 0, k: 2 },
    { code: 0x06, jt: 0, jf: 0, k: 0x80000000 },
  ]
  expect(disassemble(program)).toEqual([
    '   0: load nr',
    '   1: if nr == 0x3b goto 3 else 2',
    '   2: load low(arg0)',
    '   3: if A == 0x2 goto 4 else 4',
    '   4: return kill',
  ])
})
