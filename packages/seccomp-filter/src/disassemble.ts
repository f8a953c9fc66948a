import { actionOf } from './action.js'
import { AUDIT_ARCH, type Arch } from './arch.js'
import { OPERATION, type Instruction, type Program } from './bpf.js'
import { highOffset, lowOffset, OFFSET } from './seccomp-data.js'
import { syscallName } from './syscall-table.js'

/** One line for each instruction, with the names of calls where a number is compared. For people: not to be parsed. */
export function disassemble(program: Program): readonly string[] {
  const arch = archOf(program)
  const loaded = loadedWords(program)
  return program.map((instruction, index) => {
    const text = describe(instruction, { index, arch, word: loaded[index] ?? 'A' })
    return `${String(index).padStart(4)}: ${text}`
  })
}

/** The architecture whose number the program compares. */
function archOf(program: Program): Arch | undefined {
  return (['x86_64', 'aarch64'] as const).find((arch) =>
    program.some(({ code, k }) => code === OPERATION.jumpIfEqual && k === AUDIT_ARCH[arch]),
  )
}

interface Place {
  readonly index: number
  readonly arch: Arch | undefined
  /** What is in the accumulator. */
  readonly word: string
}

function describe({ code, jt, jf, k }: Instruction, { index, arch, word }: Place): string {
  const branch = (test: string): string => `if ${test} goto ${index + 1 + jt} else ${index + 1 + jf}`
  const value = valueText(word, k, arch)
  switch (code) {
    case OPERATION.load:
      return `load ${wordName(k)}`
    case OPERATION.and:
      return `and ${hex(k)}`
    case OPERATION.jump:
      return `goto ${index + 1 + k}`
    case OPERATION.jumpIfEqual:
      return branch(`${word} == ${value}`)
    case OPERATION.jumpIfAtLeast:
      return branch(`${word} >= ${value}`)
    case OPERATION.jumpIfAnyBit:
      return branch(`${word} & ${hex(k)}`)
    case OPERATION.return:
      return `return ${actionText(k)}`
    default:
      return `unknown code ${hex(code)}`
  }
}

function valueText(word: string, k: number, arch: Arch | undefined): string {
  const name = word === 'nr' && arch !== undefined ? syscallName(arch, k) : undefined
  return name === undefined ? hex(k) : `${k} (${name})`
}

function actionText(returnValue: number): string {
  const action = actionOf(returnValue)
  return action.type === 'errno' ? `errno ${action.errno}` : action.type
}

function hex(value: number): string {
  return `0x${value.toString(16)}`
}

const WORD_NAMES: ReadonlyMap<number, string> = new Map([
  [OFFSET.nr, 'nr'],
  [OFFSET.arch, 'arch'],
  ...[0, 1, 2, 3, 4, 5].flatMap((argument): [number, string][] => [
    [lowOffset(argument), `low(arg${argument})`],
    [highOffset(argument), `high(arg${argument})`],
  ]),
])

function wordName(offset: number): string {
  return WORD_NAMES.get(offset) ?? `[${offset}]`
}

/** What is in the accumulator before each instruction; undefined where it depends on the way there. */
function loadedWords(program: Program): readonly (string | undefined)[] {
  const ways: (Set<string> | undefined)[] = []
  program.forEach(({ code, jt, jf, k }, index) => {
    const before = single(ways[index])
    const after =
      code === OPERATION.load ? wordName(k) : code === OPERATION.and ? `(${before} & ${hex(k)})` : before
    for (const target of successors({ code, jt, jf, k })) {
      ways[index + 1 + target] = (ways[index + 1 + target] ?? new Set()).add(after)
    }
  })
  return program.map((_, index) => single(ways[index]))
}

function single(words: ReadonlySet<string> | undefined): string {
  const [word = 'A', ...others] = words ?? []
  return others.length === 0 ? word : 'A'
}

/** How many instructions are skipped on each way on. */
function successors({ code, jt, jf, k }: Instruction): readonly number[] {
  if (code === OPERATION.return) return []
  if (code === OPERATION.jump) return [k]
  if (code === OPERATION.load || code === OPERATION.and) return [0]
  return [jt, jf]
}
