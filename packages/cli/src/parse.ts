import { parseArgs } from 'node:util'
import { splitArgs, UsageError } from 'linux-sandbox'
import { nearestName } from '@linux-sandbox/policy'
import type { CommandSpec, OptionSpec } from './table/command-table.js'
import { listed } from './text.js'

/** What a command line says, by the names of the table. */
export interface ParsedLine {
  readonly values: OptionValues
  /** For `run` the command and its arguments. */
  readonly operands: readonly string[]
}

/** The options that were given. Of one that is given twice and cannot be repeated the last counts. */
export class OptionValues {
  readonly #values: Readonly<Record<string, unknown>>

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined
  }

  text(name: string): string | undefined {
    const value = this.#values[name]
    return typeof value === 'string' ? value : undefined
  }

  texts(name: string): readonly string[] {
    const value = this.#values[name]
    return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
  }
}

/** The name under which a command is asked for help. */
export function programOf({ name }: CommandSpec): string {
  return `linux-sandbox ${name}`
}

/**
 * Reads `argv`, which is what follows the name of the command.
 *
 * @throws {UsageError} for an unknown option, a missing value, a value where none belongs, or one that is none of the choices.
 */
export function parseLine(command: CommandSpec, argv: readonly string[]): ParsedLine {
  const options = Object.fromEntries(command.options.map((option) => [option.name, parserOption(option)]))
  const program = programOf(command)
  try {
    const { values, operands } =
      command.operands.kind === 'command' ? split(argv, options, program) : mixed(argv, options)
    checkChoices(command, values)
    return { values: new OptionValues(values), operands }
  } catch (error) {
    if (!(error instanceof UsageError) && !isParseError(error)) throw error
    throw explained(error, command)
  }
}

type ParserOptions = Record<
  string,
  {
    readonly type: 'string' | 'boolean'
    readonly multiple: boolean
    readonly short?: string
  }
>

interface RawLine {
  readonly values: Readonly<Record<string, unknown>>
  readonly operands: readonly string[]
}

function parserOption({ value, short, repeatable = false }: OptionSpec): ParserOptions[string] {
  const type = value === undefined ? 'boolean' : 'string'
  return { type, multiple: repeatable, ...(short === undefined ? {} : { short }) }
}

function split(argv: readonly string[], options: ParserOptions, program: string): RawLine {
  const { values, command } = splitArgs(argv, options, program)
  return { values, operands: command }
}

function mixed(argv: readonly string[], options: ParserOptions): RawLine {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options,
    strict: true,
    allowPositionals: true,
  })
  return { values, operands: positionals }
}

function checkChoices(command: CommandSpec, values: RawLine['values']): void {
  for (const { name, choices } of command.options) {
    const value = values[name]
    if (choices === undefined || typeof value !== 'string' || choices.includes(value)) continue
    throw new UsageError(
      `--${name} is ${listed(choices)}, not ${JSON.stringify(value)}`,
      programOf(command),
      {
        nearest: nearestName(value, choices),
      },
    )
  }
}

function isParseError(error: unknown): error is Error {
  return (
    error instanceof TypeError &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code.startsWith('ERR_PARSE_ARGS_')
  )
}

/** What Node says, without its advice, and with the option that was probably meant. */
function explained(error: Error, command: CommandSpec): Error {
  const [, unknown] = /Unknown option '--([^']+)'/.exec(error.message) ?? []
  const nearest =
    unknown &&
    nearestName(
      unknown,
      command.options.map(({ name }) => name),
    )
  if (error instanceof UsageError && nearest === undefined) return error
  const [sentence = error.message] = error.message.split(/\. |\n/)
  return new UsageError(sentence, programOf(command), {
    nearest: nearest === undefined ? undefined : `--${nearest}`,
  })
}
