import type { CommandSpec, OptionSpec } from '../table/command-table.js'
import { headline, optionWords, singleQuoted, valueCompletion } from './option-words.js'

/**
 * A script for zsh, to be sourced or to be put into a directory of `$fpath` as `_linux-sandbox`.
 *
 * @see zshcompsys(1), _arguments
 */
export function zshCompletion(commands: readonly [CommandSpec, ...CommandSpec[]]): string {
  const [run, ...others] = commands
  return `#compdef linux-sandbox
${headline('zsh')}
_linux_sandbox() {
  local -a commands=(
${commands.map(({ name, summary }) => `    ${singleQuoted(`${name}:${summary}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
    _describe command commands
    _command_names -e
    return
  fi
  case $words[2] in
${others.map(branch).join('\n')}
  esac
  if [[ $words[2] == run ]]; then
    shift words
    (( CURRENT-- ))
  fi
${argumentsCall(run, '  ')}
}

if [[ $funcstack[1] == _linux_sandbox ]]; then
  _linux_sandbox "$@"
else
  compdef _linux_sandbox linux-sandbox
fi
`
}

function branch(command: CommandSpec): string {
  return `  ${command.name})
    shift words
    (( CURRENT-- ))
${argumentsCall(command, '    ')}
    return
    ;;`
}

function argumentsCall({ options, operands }: CommandSpec, indent: string): string {
  const rest = {
    command: ["'*::command: _normal'"],
    paths: ["'*:path:_files'"],
    words: [`'1:word:(${(operands.choices ?? []).join(' ')})'`],
    none: [],
  }[operands.kind]
  // What follows a command of somebody else's are not our options.
  const end = operands.kind === 'command' ? " -A '-*'" : ''
  const specs = [...options.map(optionSpec), ...rest]
  return [`${indent}_arguments -s -S${end} \\`, specs.map((spec) => `${indent}  ${spec}`).join(' \\\n')].join(
    '\n',
  )
}

function optionSpec(option: OptionSpec): string {
  const words = optionWords(option)
  const exclusive = option.repeatable === true ? '*' : `(${words.join(' ')})`
  const value = option.value === undefined ? '' : `:${escaped(option.value)}:${valueAction(option)}`
  const text = `[${escaped(option.description)}]${value}`
  if (words.length === 1) return singleQuoted(`${exclusive}${words[0]}${text}`)
  return `${singleQuoted(exclusive)}{${words.join(',')}}${singleQuoted(text)}`
}

function valueAction(option: OptionSpec): string {
  const completion = valueCompletion(option)
  switch (completion.kind) {
    case 'words':
      return `(${completion.words.map(escaped).join(' ')})`
    case 'directory':
      return '_files -/'
    case 'file':
      return '_files'
    case 'nothing':
      return ' '
  }
}

/** In a specification a colon and a bracket have a meaning of their own. */
function escaped(text: string): string {
  return text.replaceAll(/[:[\]]/g, String.raw`\$&`)
}
