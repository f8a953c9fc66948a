import { expect, test } from 'vitest'
import { createAssembler } from '../src/assembler.ts'
import { encodeProgram, runProgram } from '../src/index.ts'
import { ALLOWED, callOf, KILLED } from './calls.ts'

const ALLOW_VALUE = 0x7fff0000
const KILL_VALUE = 0x80000000

/** One branch whose targets are about `padding` instructions away. */
function branchAcross(padding: number) {
  const assembler = createAssembler()
  const no = assembler.return(KILL_VALUE)
  const yes = assembler.return(ALLOW_VALUE)
  for (let next = yes, count = 0; count < padding; count += 1) next = assembler.load(16, next)
  const branch = assembler.branch('jumpIfEqual', 7, { yes, no })
  assembler.load(0, branch)
  return assembler.finish()
}

test('a branch arrives from every distance around 255, where a jump field ends', () => {
  for (let padding = 250; padding <= 260; padding += 1) {
    const program = branchAcross(padding)
    expect(program.filter(({ jt, jf }) => jt > 255 || jf > 255)).toEqual([])
    expect(runProgram(program, callOf('x86_64', 7))).toEqual(ALLOWED)
    expect(runProgram(program, callOf('x86_64', 8))).toEqual(KILLED)
    expect(encodeProgram(program)).toHaveLength(8 * program.length)
  }
})

test('the same instruction is emitted once', () => {
  const assembler = createAssembler()
  const first = assembler.return(ALLOW_VALUE)
  const load = assembler.load(16, first)
  expect(assembler.return(ALLOW_VALUE)).toBe(first)
  expect(assembler.load(16, first)).toBe(load)
  expect(assembler.branch('jumpIfEqual', 1, { yes: load, no: load })).toBe(load)
  expect(assembler.finish()).toHaveLength(2)
})
