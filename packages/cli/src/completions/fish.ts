import type { CommandSpec, OptionSpec } from '../table/command-table.js'
import { headline, singleQuoted, valueCompletion } from './option-words.js'

/**
 * A script for fish.
 *
 * @see complete(1) of fish
 */
export function fishCompletion(commands: readonly [CommandSpec, ...CommandSpec[]]): string {
  const [run, ...others] = commands
  const isRun = singleQuoted(`not __fish_seen_subcommand_from ${others.map(({ name }) => name).join(' ')}`)
  const lines = [
    headline('fish'),
    'complete -c linux-sandbox -f',
    ...commands.map(
      ({ name, summary }) =>
        `complete -c linux-sandbox -n __fish_is_first_token -a ${name} -d ${singleQuoted(summary)}`,
    ),
    `complete -c linux-sandbox -n ${isRun} -x -a '(__fish_complete_subcommand)'`,
    ...run.options.map((option) => optionLine(option, isRun)),
    ...others.flatMap((command) => {
      const condition = singleQuoted(`__fish_seen_subcommand_from ${command.name}`)
      return [
        ...operandLines(command, condition),
        ...command.options.map((option) => optionLine(option, condition)),
      ]
    }),
  ]
  return `${lines.join('\n')}\n`
}

function operandLines({ operands: { kind, choices = [] } }: CommandSpec, condition: string): string[] {
  if (kind === 'paths') return [`complete -c linux-sandbox -n ${condition} -F`]
  if (kind === 'words')
    return [`complete -c linux-sandbox -n ${condition} -a ${singleQuoted(choices.join(' '))}`]
  return []
}

function optionLine(option: OptionSpec, condition: string): string {
  const { name, short, description } = option
  const forms = short === undefined ? `-l ${name}` : `-s ${short} -l ${name}`
  return `complete -c linux-sandbox -n ${condition} ${forms}${valueWords(option)} -d ${singleQuoted(description)}`
}

function valueWords(option: OptionSpec): string {
  if (option.value === undefined) return ''
  const completion = valueCompletion(option)
  switch (completion.kind) {
    case 'words':
      return ` -x -a ${singleQuoted(completion.words.join(' '))}`
    case 'directory':
      return " -x -a '(__fish_complete_directories)'"
    case 'file':
      return ' -r -F'
    case 'nothing':
      return ' -x'
  }
}
