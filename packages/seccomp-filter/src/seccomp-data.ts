/**
 * What a filter sees of a call.
 *
 * @see struct seccomp_data in linux/seccomp.h
 */
export interface SeccompData {
  /** An `AUDIT_ARCH` value. */
  readonly arch: number
  /** Number of the call, unsigned. */
  readonly nr: number
  /** The arguments as 64-bit numbers; missing ones are 0. */
  readonly args: readonly bigint[]
}

/**
 * Offsets into struct seccomp_data. Arguments are little-endian on both architectures: the low half comes first.
 * Source: linux/seccomp.h in Linux 6.1.
 */
export const OFFSET = { nr: 0, arch: 4, args: 16, end: 64 } as const

/** Offset of the low 32 bits of an argument. */
export function lowOffset(argument: number): number {
  return OFFSET.args + 8 * argument
}

/** Offset of the high 32 bits of an argument. */
export function highOffset(argument: number): number {
  return lowOffset(argument) + 4
}

/** The 32 bits at `offset`, as a program loads them. The instruction pointer (8 to 15) reads as 0. */
export function wordAt(data: SeccompData, offset: number): number {
  if (offset === OFFSET.nr) return data.nr >>> 0
  if (offset === OFFSET.arch) return data.arch >>> 0
  if (offset < OFFSET.args) return 0
  const whole = data.args[Math.floor((offset - OFFSET.args) / 8)] ?? 0n
  return Number(BigInt.asUintN(32, offset % 8 === 0 ? whole : whole >> 32n))
}
