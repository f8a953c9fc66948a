/**
 * One classic BPF instruction.
 *
 * @see struct sock_filter in linux/filter.h
 */
export interface Instruction {
  readonly code: number
  /** Instructions to skip when a test holds, 0 to 255. */
  readonly jt: number
  /** Instructions to skip when it does not. */
  readonly jf: number
  readonly k: number
}

/** A BPF program in the kernel's form, ready to be encoded. */
export type Program = readonly Instruction[]

/**
 * The operations a filter needs; seccomp takes a few more.
 * Source: linux/bpf_common.h in Linux 6.1.
 */
export const OPERATION = {
  /** accumulator = 32 bits at offset k. BPF_LD | BPF_W | BPF_ABS */
  load: 0x20,
  /** accumulator &= k. BPF_ALU | BPF_AND | BPF_K */
  and: 0x54,
  /** Skip k instructions. BPF_JMP | BPF_JA */
  jump: 0x05,
  /** BPF_JMP | BPF_JEQ | BPF_K */
  jumpIfEqual: 0x15,
  /** Unsigned. BPF_JMP | BPF_JGE | BPF_K */
  jumpIfAtLeast: 0x35,
  /** BPF_JMP | BPF_JSET | BPF_K */
  jumpIfAnyBit: 0x45,
  /** BPF_RET | BPF_K */
  return: 0x06,
} as const

/** Longest program the kernel takes. Source: BPF_MAXINSNS in linux/bpf_common.h of Linux 6.1. */
export const MAX_INSTRUCTIONS = 4096

/** Size of struct sock_filter. */
const INSTRUCTION_SIZE_BYTES = 8

/** The program as an array of struct sock_filter, little-endian. */
export function encodeProgram(program: Program): Uint8Array {
  const bytes = new Uint8Array(program.length * INSTRUCTION_SIZE_BYTES)
  const view = new DataView(bytes.buffer)
  program.forEach(({ code, jt, jf, k }, index) => {
    const start = index * INSTRUCTION_SIZE_BYTES
    view.setUint16(start, code, true)
    view.setUint8(start + 2, jt)
    view.setUint8(start + 3, jf)
    view.setUint32(start + 4, k, true)
  })
  return bytes
}
