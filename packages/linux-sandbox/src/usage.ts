import { parseArgs, type ParseArgsConfig } from 'node:util'
import { EXIT_STATUS, SandboxError } from '@linux-sandbox/errors'

/** A command line that means nothing. */
export class UsageError extends SandboxError {
  override readonly name = 'UsageError'
  readonly code = 'USAGE'
  readonly exitStatus = EXIT_STATUS.usage

  constructor(message: string, program: string) {
    super(message, { hint: `see ${program} --help` })
  }
}

/** A command line cut where the options end: at `--`, or at the first word that is no option. */
export interface SplitArgs<Values> {
  readonly values: Values
  readonly command: readonly string[]
}

/**
 * The options before the command. Nothing after its first word is ever read as an option.
 *
 * @throws {UsageError} for an unknown option, a missing value, a value where none belongs, or a second one where there can be one.
 */
export function splitArgs<Options extends NonNullable<ParseArgsConfig['options']>>(
  argv: readonly string[],
  options: Options,
  program: string,
): SplitArgs<ReturnType<typeof parseArgs<{ options: Options }>>['values']> {
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, tokens: true })
  const end = tokens.find(({ kind }) => kind !== 'option')
  const optionCount = end?.index ?? argv.length
  const command = argv.slice(end?.kind === 'option-terminator' ? optionCount + 1 : optionCount)
  const given = tokens.filter((token) => token.kind === 'option' && token.index < optionCount)
  refuseRepeated(given as readonly OptionToken[], options, program)
  try {
    const { values } = parseArgs({ args: argv.slice(0, optionCount), options, strict: true })
    return { values, command }
  } catch (error) {
    throw new UsageError(error instanceof Error ? firstSentence(error.message) : String(error), program)
  }
}

interface OptionToken {
  readonly name: string
  readonly value: string | undefined
}

/** Of two values the last one would win, silently. A switch that is given twice means what it means. */
function refuseRepeated(
  tokens: readonly OptionToken[],
  options: NonNullable<ParseArgsConfig['options']>,
  program: string,
): void {
  const seen = new Set<string>()
  for (const { name } of tokens) {
    const option = Object.hasOwn(options, name) ? options[name] : undefined
    if (option?.type !== 'string' || option.multiple === true) continue
    if (seen.has(name)) throw new UsageError(`--${name} is given twice`, program)
    seen.add(name)
  }
}

/** What Node says of a wrong argument, without its advice about positionals. */
function firstSentence(message: string): string {
  const [sentence = message] = message.split(/\. |\n/)
  return sentence
}
