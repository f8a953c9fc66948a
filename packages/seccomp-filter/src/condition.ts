import type { SeccompData } from './seccomp-data.js'

/** Which argument of the call, from 0. */
export type ArgumentIndex = 0 | 1 | 2 | 3 | 4 | 5

/**
 * A test of one argument.
 *
 * `one-of` and `any-bit` look at the low 32 bits only, for arguments that the kernel takes as `int` or `unsigned
 * int`: it drops the high half, so a test that saw it could be passed by with garbage there. `zero` looks at all
 * 64 bits, for pointers.
 */
export type Condition =
  | {
      readonly test: 'one-of'
      readonly argument: ArgumentIndex
      /** Only these bits of the argument count; all 32 unless given. */
      readonly mask?: number
      readonly values: readonly number[]
    }
  | { readonly test: 'any-bit'; readonly argument: ArgumentIndex; readonly bits: number }
  | { readonly test: 'zero'; readonly argument: ArgumentIndex }

export const ALL_BITS = 0xffffffff

/** Whether `condition` is true of the call. */
export function holds(condition: Condition, data: SeccompData): boolean {
  const whole = data.args[condition.argument] ?? 0n
  const low = Number(BigInt.asUintN(32, whole))
  switch (condition.test) {
    case 'one-of':
      return condition.values.includes((low & (condition.mask ?? ALL_BITS)) >>> 0)
    case 'any-bit':
      return (low & condition.bits) !== 0
    case 'zero':
      return BigInt.asUintN(64, whole) === 0n
  }
}

/** @throws {TypeError} when the condition could never hold, or always would, or is not one. */
export function checkCondition(condition: Condition): void {
  const { argument } = condition
  if (!Number.isInteger(argument) || argument < 0 || argument > 5) {
    throw new TypeError(`a call has the arguments 0 to 5, not ${String(argument)}`)
  }
  switch (condition.test) {
    case 'one-of': {
      const { mask = ALL_BITS, values } = condition
      if (!isWord(mask) || mask === 0) throw new TypeError(`${mask} is not a mask of 1 to 32 bits`)
      if (values.length === 0) throw new TypeError('a one-of condition needs a value')
      if (new Set(values).size !== values.length) throw new TypeError('a one-of condition repeats a value')
      const wrong = values.find((value) => !isWord(value) || (value & ~mask) !== 0)
      if (wrong !== undefined) throw new TypeError(`${wrong} cannot be the value of 32 bits under the mask`)
      return
    }
    case 'any-bit':
      if (!isWord(condition.bits) || condition.bits === 0) {
        throw new TypeError(`${condition.bits} is not 1 to 32 bits`)
      }
      return
    case 'zero':
      return
    default:
      throw new TypeError(`unknown condition ${JSON.stringify(condition satisfies never)}`)
  }
}

/** Whether `value` is an unsigned number of 32 bits. */
export function isWord(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= ALL_BITS
}
