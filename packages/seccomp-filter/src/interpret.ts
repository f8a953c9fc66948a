import { actionOf, type Action } from './action.js'
import { OPERATION, type Program } from './bpf.js'
import { OFFSET, wordAt, type SeccompData } from './seccomp-data.js'

/**
 * What the kernel would do with a call under `program`.
 *
 * @throws {TypeError} for a program that the kernel would refuse to load.
 */
export function runProgram(program: Program, data: SeccompData): Action {
  let accumulator = 0
  for (let index = 0; index < program.length; index += 1) {
    const instruction = program[index]
    if (instruction === undefined) break
    const { code, jt, jf, k } = instruction
    switch (code) {
      case OPERATION.load:
        if (k % 4 !== 0 || k >= OFFSET.end) throw new TypeError(`instruction ${index} loads from offset ${k}`)
        accumulator = wordAt(data, k)
        break
      case OPERATION.and:
        accumulator = (accumulator & k) >>> 0
        break
      case OPERATION.jump:
        index += k
        break
      case OPERATION.jumpIfEqual:
        index += accumulator === k ? jt : jf
        break
      case OPERATION.jumpIfAtLeast:
        index += accumulator >= k ? jt : jf
        break
      case OPERATION.jumpIfAnyBit:
        index += (accumulator & k) === 0 ? jf : jt
        break
      case OPERATION.return:
        return actionOf(k)
      default:
        throw new TypeError(`instruction ${index} has the unknown code 0x${code.toString(16)}`)
    }
  }
  throw new TypeError('the program runs past its end')
}
