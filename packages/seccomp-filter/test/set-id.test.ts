import { describe, expect, test } from 'vitest'
import { ALL_OPTIONS, ALLOWED, NOT_IMPLEMENTED, NOT_PERMITTED, outcomeOf } from './calls.ts'

const O_CREAT = 0o100
const O_TMPFILE = 0o20200000
const GARBAGE = 0xdeadbeef_00000000n

describe.each(ALL_OPTIONS)('$arch, $network, nested sandbox $nestedSandbox', (options) => {
  const changes = [
    ...(options.arch === 'x86_64' ? [(mode: number | bigint) => outcomeOf(options, 'chmod', [1, mode])] : []),
    (mode: number | bigint) => outcomeOf(options, 'fchmod', [1, mode]),
    (mode: number | bigint) => outcomeOf(options, 'fchmodat', [1, 1, mode]),
    (mode: number | bigint) => outcomeOf(options, 'fchmodat2', [1, 1, mode, 0]),
  ]

  test.each([
    { mode: 0o755, outcome: ALLOWED, why: 'an ordinary program' },
    { mode: 0o1777, outcome: ALLOWED, why: 'a directory for all' },
    { mode: 0o2775, outcome: ALLOWED, why: 'a directory shared by a group' },
    { mode: 0o4755, outcome: NOT_PERMITTED, why: 'a set-user-ID program' },
    { mode: 0o6755, outcome: NOT_PERMITTED, why: 'both' },
    { mode: GARBAGE | 0o4755n, outcome: NOT_PERMITTED, why: 'the kernel drops the high half' },
    { mode: GARBAGE | 0o755n, outcome: ALLOWED, why: 'the kernel drops the high half' },
  ])('changing a mode to $mode is $outcome.type: $why', ({ mode, outcome }) => {
    for (const change of changes) expect(change(mode)).toEqual(outcome)
  })

  test.each([
    { flags: O_CREAT, mode: 0o644, outcome: ALLOWED, why: 'an ordinary file' },
    { flags: O_CREAT, mode: 0o4755, outcome: NOT_PERMITTED, why: 'a set-user-ID program' },
    { flags: O_CREAT, mode: 0o2755, outcome: NOT_PERMITTED, why: 'a set-group-ID program' },
    { flags: O_TMPFILE, mode: 0o4755, outcome: NOT_PERMITTED, why: 'one without a name yet' },
    { flags: 0, mode: 0o7777, outcome: ALLOWED, why: 'nothing is made, so the mode means nothing' },
  ])('opening with flags $flags and mode $mode is $outcome.type: $why', ({ flags, mode, outcome }) => {
    expect(outcomeOf(options, 'openat', [1, 1, flags, mode])).toEqual(outcome)
    if (options.arch === 'x86_64') expect(outcomeOf(options, 'open', [1, flags, mode])).toEqual(outcome)
  })

  test('a node with a set-ID bit is not made', () => {
    expect(outcomeOf(options, 'mknodat', [1, 1, 0o104755])).toEqual(NOT_PERMITTED)
    expect(outcomeOf(options, 'mknodat', [1, 1, 0o010644])).toEqual(ALLOWED)
    if (options.arch !== 'x86_64') return
    expect(outcomeOf(options, 'mknod', [1, 0o104755])).toEqual(NOT_PERMITTED)
    expect(outcomeOf(options, 'creat', [1, 0o4755])).toEqual(NOT_PERMITTED)
    expect(outcomeOf(options, 'creat', [1, 0o644])).toEqual(ALLOWED)
  })

  test('openat2 is not there, so that programs use openat', () => {
    expect(outcomeOf(options, 'openat2', [1, 1, 1, 24])).toEqual(NOT_IMPLEMENTED)
  })
})
