import { parseArgs, type ParseArgsConfig } from 'node:util'
import { EXIT_STATUS, SandboxError } from '@linux-sandbox/errors'

/** A command line that means nothing. */
export class UsageError extends SandboxError {
  override readonly name = 'UsageError'
  readonly code = 'USAGE'
  readonly exitStatus = EXIT_STATUS.usage

  /** @param nearest - what was probably meant */
  constructor(message: string, program: string, { nearest }: { readonly nearest?: string | undefined } = {}) {
    const question = nearest === undefined ? '' : `did you mean ${nearest}? `
    super(message, { hint: `${question}see ${program} --help` })
  }
}

/** A command line cut where the options end: at `--`, or at the first word that is no option. */
export interface SplitArgs<Values> {
  readonly values: Values
  readonly command: readonly string[]
  /** The options that were given more than once. */
  readonly repeated: ReadonlySet<string>
}

/**
 * The options before the command. Nothing after its first word is ever read as an option.
 *
 * @throws {UsageError} for an unknown option, a missing value, or a value where none belongs.
 */
export function splitArgs<Options extends NonNullable<ParseArgsConfig['options']>>(
  argv: readonly string[],
  options: Options,
  program: string,
): SplitArgs<ReturnType<typeof parseArgs<{ options: Options }>>['values']> {
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, tokens: true })
  const end = tokens.find(({ kind }) => kind !== 'option')
  const last = end === undefined ? '--' : argv[end.index]
  // To Node, a dash among the letters of a word is the end of the options.
  if (end?.kind === 'option-terminator' && last !== '--') {
    throw new UsageError(`Unknown option '${last}'`, program)
  }
  const optionCount = end?.index ?? argv.length
  const command = argv.slice(end?.kind === 'option-terminator' ? optionCount + 1 : optionCount)
  try {
    const { values } = parseArgs({ args: argv.slice(0, optionCount), options, strict: true })
    const names = tokens.flatMap((token) =>
      token.kind === 'option' && token.index < optionCount ? [token.name] : [],
    )
    const repeated = new Set(names.filter((name, index) => names.indexOf(name) !== index))
    return { values, command, repeated }
  } catch (error) {
    throw new UsageError(error instanceof Error ? firstSentence(error.message) : String(error), program)
  }
}

/** What Node says of a wrong argument, without its advice about positionals. */
function firstSentence(message: string): string {
  const [sentence = message] = message.split(/\. |\n/)
  return sentence
}
