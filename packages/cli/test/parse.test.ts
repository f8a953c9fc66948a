import { isSandboxError, UsageError } from 'linux-sandbox'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseLine, type ParsedLine } from '../src/parse.ts'
import type { CommandSpec, OptionSpec } from '../src/table/command-table.ts'
import { COMMANDS } from '../src/table/commands.ts'

const [RUN, , EXPLAIN, CHECK, COMPLETION] = COMMANDS as readonly CommandSpec[] as readonly [
  CommandSpec,
  CommandSpec,
  CommandSpec,
  CommandSpec,
  CommandSpec,
]

const optionNames = COMMANDS.flatMap(({ options }) =>
  options.flatMap(({ name, short }) => [name, short ?? '']),
)

/** Words as they stand on command lines, most of them nearly right. */
const anyWord = fc.oneof(
  fc.constantFrom(
    '--',
    '-',
    '',
    '=',
    '--=',
    '-P',
    '--profile',
    ':workspace',
    'run',
    '--no-help',
    '-hV',
    '-nrestricted',
  ),
  fc.constantFrom(...optionNames).map((name) => `--${name}`),
  fc.constantFrom(...optionNames).map((name) => `-${name}`),
  fc
    .tuple(fc.constantFrom(...optionNames), fc.string({ maxLength: 4 }))
    .map(([name, value]) => `--${name}=${value}`),
  fc.constantFrom(
    '--__proto__',
    '--constructor',
    '--toString=1',
    '--hasOwnProperty',
    '-\u0000',
    '\u2028',
    '--\ud800',
  ),
  fc.string({ maxLength: 6 }),
)

const anyCommand = fc.constantFrom(...COMMANDS)

/** The line; `undefined` where it is refused, as it must be with a UsageError. */
function parsed(command: CommandSpec, argv: readonly string[]): ParsedLine | undefined {
  try {
    return parseLine(command, argv)
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError)
    expect(isSandboxError(error) && error.hint).toMatch(/see linux-sandbox [a-z]+ --help$/)
    return undefined
  }
}

test('whatever is on a command line, it is read or refused as usage', () => {
  let read = 0
  fc.assert(
    fc.property(anyCommand, fc.array(anyWord, { maxLength: 6 }), (command, argv) => {
      if (parsed(command, argv) !== undefined) read++
    }),
    { numRuns: 5000 },
  )
  expect(read).toBeGreaterThan(500)
})

/** An option of `run` as somebody would write it. */
const anyOption: fc.Arbitrary<string[]> = fc.constantFrom(...RUN.options).chain((option) => {
  if (option.value === undefined) return fc.constant([`--${option.name}`])
  const value = fc.constantFrom(...(option.choices ?? ['v', ':w', 'a=b']))
  return fc
    .tuple(value, fc.constantFrom('two', 'equals', 'short'))
    .map(([text, form]) => spelled(option, text, form))
})

function spelled({ name, short }: OptionSpec, value: string, form: string): string[] {
  if (form === 'short' && short !== undefined) return [`-${short}${value}`]
  return form === 'two' ? [`--${name}`, value] : [`--${name}=${value}`]
}

test('no word after the command is an option of ours, and none before it is the command', () => {
  const anyProgram = fc.oneof(fc.constantFrom('npm', 'a b', '-', 'run'), fc.stringMatching(/^[a-z]\w*$/))
  fc.assert(
    fc.property(
      fc.array(anyOption, { maxLength: 4 }),
      fc.boolean(),
      anyProgram,
      fc.array(anyWord),
      (options, hasTerminator, program, rest) => {
        const before = options.flat()
        const terminator = hasTerminator ? ['--'] : []
        const alone = parseLine(RUN, [...before, ...terminator, program])
        const line = parseLine(RUN, [...before, ...terminator, program, ...rest])
        expect(line.operands).toEqual([program, ...rest])
        expect(line.values).toEqual(alone.values)
      },
    ),
    { numRuns: 3000 },
  )
})

test('after -- even what looks like an option is the command', () => {
  expect(parseLine(RUN, ['--', '--help', '-P'])).toMatchObject({ operands: ['--help', '-P'] })
  expect(parseLine(RUN, ['--help', '--']).values.has('help')).toBe(true)
  expect(parseLine(RUN, ['--', '--help']).values.has('help')).toBe(false)
})

test('options of check and explain stand before and after paths, until --', () => {
  const line = parseLine(CHECK, ['--read', 'a', '--write', '--', '--bwrap', 'b'])
  expect(line.operands).toEqual(['a', '--bwrap', 'b'])
  expect(['read', 'write', 'private-tmp'].map((name) => line.values.has(name))).toEqual([true, true, false])
  expect(parseLine(EXPLAIN, ['a', '-P', ':read-only']).values.text('profile')).toBe(':read-only')
})

test('of an option that is given twice the last counts, unless it can be repeated', () => {
  const { values } = parseLine(RUN, ['-Pa', '-P', 'b', '--device=/dev/a', '--device', '/dev/b', 'true'])
  expect(values.text('profile')).toBe('b')
  expect(values.texts('device')).toEqual(['/dev/a', '/dev/b'])
})

test.each([
  { command: RUN, argv: ['--profil', 'x'], message: "Unknown option '--profil'", nearest: '--profile' },
  {
    command: RUN,
    argv: ['--netwrok=enabled', 'x'],
    message: "Unknown option '--netwrok'",
    nearest: '--network',
  },
  { command: RUN, argv: ['--write', 'x'], message: "Unknown option '--write'", nearest: undefined },
  { command: CHECK, argv: ['x', '--wirte'], message: "Unknown option '--wirte'", nearest: '--write' },
  { command: EXPLAIN, argv: ['--secomp'], message: "Unknown option '--secomp'", nearest: '--seccomp' },
  { command: COMPLETION, argv: ['-x'], message: "Unknown option '-x'", nearest: undefined },
  {
    command: RUN,
    argv: ['-n', 'enable', 'x'],
    message: '--network is restricted or enabled, not "enable"',
    nearest: 'enabled',
  },
  {
    command: RUN,
    argv: ['-g', 'x'],
    message: '--git-writes is none, commit or all, not "x"',
    nearest: undefined,
  },
  {
    command: CHECK,
    argv: ['--read=yes'],
    message: "Option '--read' does not take an argument",
    nearest: undefined,
  },
  {
    command: EXPLAIN,
    argv: ['-P'],
    message: "Option '-P, --profile <value>' argument missing",
    nearest: undefined,
  },
])('$argv is refused: $message', ({ command, argv, message, nearest }) => {
  const question = nearest === undefined ? '' : `did you mean ${nearest}? `
  expect(() => parseLine(command, argv)).toThrow(
    expect.objectContaining({ message, hint: `${question}see linux-sandbox ${command.name} --help` }),
  )
})
