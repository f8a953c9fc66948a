import { MAX_INSTRUCTIONS, OPERATION, type Instruction, type Program } from './bpf.js'

/** An instruction that was emitted, as its distance from the end of the program: the last one is 1. */
export type Label = number

type Test = 'jumpIfEqual' | 'jumpIfAtLeast' | 'jumpIfAnyBit'

/**
 * Builds a program from its end to its start. Classic BPF only jumps forwards, so the target of a jump exists by the
 * time the jump is emitted and its distance is known. The same instruction with the same successors is emitted once.
 */
export interface Assembler {
  readonly return: (value: number) => Label
  readonly load: (offset: number, next: Label) => Label
  readonly and: (mask: number, next: Label) => Label
  readonly branch: (test: Test, k: number, targets: { readonly yes: Label; readonly no: Label }) => Label
  /** @throws {TypeError} when the program is longer than the kernel takes. */
  readonly finish: () => Program
}

/** The field is 8 bits. */
const MAX_CONDITIONAL_JUMP = 255

export function createAssembler(): Assembler {
  const reversed: Instruction[] = []
  const emitted = new Map<string, Label>()
  const nearest = new Map<Label, Label>()

  function emit(instruction: Instruction): Label {
    reversed.push(instruction)
    return reversed.length
  }

  function emitOnce(key: string, make: () => Instruction): Label {
    const label = emitted.get(key) ?? emit(make())
    emitted.set(key, label)
    return label
  }

  /** How many instructions lie between the next one to be emitted and `target`. */
  function distanceTo(target: Label): number {
    return reversed.length - target
  }

  /** `target`, or an unconditional jump to it (whose distance is 32 bits) that is at most `limit` away. */
  function within(limit: number, target: Label): Label {
    const known = nearest.get(target) ?? target
    if (distanceTo(known) <= limit) return known
    const trampoline = emit({ code: OPERATION.jump, jt: 0, jf: 0, k: distanceTo(target) })
    nearest.set(target, trampoline)
    return trampoline
  }

  function straight(code: number, k: number, next: Label): Label {
    return emitOnce(`${code} ${k} ${next}`, () => {
      within(0, next)
      return { code, jt: 0, jf: 0, k }
    })
  }

  return {
    return: (value) =>
      emitOnce(`return ${value}`, () => ({ code: OPERATION.return, jt: 0, jf: 0, k: value })),
    load: (offset, next) => straight(OPERATION.load, offset, next),
    and: (mask, next) => straight(OPERATION.and, mask, next),
    branch: (test, k, targets) => {
      if (targets.yes === targets.no) return targets.yes
      return emitOnce(`${test} ${k} ${targets.yes} ${targets.no}`, () => {
        // A trampoline for `no` pushes the target of `yes` away by one, hence the limit: neither can overflow.
        const yes = within(MAX_CONDITIONAL_JUMP - 1, targets.yes)
        const no = within(MAX_CONDITIONAL_JUMP, targets.no)
        return { code: OPERATION[test], jt: distanceTo(yes), jf: distanceTo(no), k }
      })
    },
    finish: () => {
      if (reversed.length > MAX_INSTRUCTIONS) {
        throw new TypeError(
          `the program has ${reversed.length} instructions; the kernel takes ${MAX_INSTRUCTIONS}`,
        )
      }
      return reversed.toReversed()
    },
  }
}
