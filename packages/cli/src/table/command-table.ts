/*
 * What the command line consists of, as data: parsing, help, manual page, completions and the tables of the documentation are
 * all made from it.
 */

export interface OptionSpec {
  /** Without its dashes. */
  readonly name: string
  readonly short?: string
  /** What the value is called; an option without is a switch. */
  readonly value?: string
  /** The values that there are, where there are few. */
  readonly choices?: readonly string[]
  /** Starts of values, for completion only. */
  readonly suggestions?: readonly string[]
  /** What a shell completes the value to. */
  readonly completesTo?: 'directory' | 'file'
  readonly repeatable?: boolean
  readonly default?: string
  /** A phrase without a full stop. */
  readonly description: string
}

export interface Operands {
  /** As in the usage line. */
  readonly synopsis: string
  /**
   * `command`: the first one ends the options, and all that follows belongs to the command. `paths` and `words` may stand between
   * options, until `--`.
   */
  readonly kind: 'command' | 'paths' | 'words' | 'none'
  readonly choices?: readonly string[]
}

export interface Example {
  readonly line: string
  readonly does: string
}

export interface ExitStatusSpec {
  readonly status: string
  readonly meaning: string
}

export interface CommandSpec {
  readonly name: string
  /** A phrase without a full stop. */
  readonly summary: string
  /** Paragraphs. */
  readonly description: readonly string[]
  readonly operands: Operands
  readonly options: readonly OptionSpec[]
  readonly examples: readonly Example[]
  readonly statuses: readonly ExitStatusSpec[]
}

/** `-P, --profile NAME`, or without the short form. */
export function optionForms({ name, short, value }: OptionSpec): string {
  const long = value === undefined ? `--${name}` : `--${name} ${value}`
  return short === undefined ? long : `-${short}, ${long}`
}

/** What is said about an option, with its default. */
export function optionText(option: OptionSpec): string {
  const facts = [
    ...(option.default === undefined ? [] : [`default: ${option.default}`]),
    ...(option.repeatable === true ? ['can be given several times'] : []),
  ]
  return facts.length === 0 ? option.description : `${option.description}; ${facts.join('; ')}`
}

/** The usage line of a command, with the name of the program. */
export function synopsis({ name, operands }: CommandSpec): string {
  const words = operands.synopsis === '' ? '' : ` ${operands.synopsis}`
  return `linux-sandbox ${name === 'run' ? '[run]' : name} [OPTIONS]${words}`
}
