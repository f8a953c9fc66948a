import type { CommandSpec, OptionSpec } from '../table/command-table.js'
import { headline, optionWords, singleQuoted, valueCompletion } from './option-words.js'

/**
 * A script for bash. It takes the words from the line itself: bash would cut `:workspace` at the colon.
 *
 * @see bash(1), Programmable Completion
 */
export function bashCompletion(commands: readonly CommandSpec[]): string {
  return `${headline('bash')}
_linux_sandbox_options() {
  case $1 in
${commands.map(optionsCase).join('\n')}
  esac
}

_linux_sandbox_operands() {
  case $1 in
${commands.map(operandsCase).join('\n')}
  esac
}

# What the value of option $2 of command $1 is, as options of compgen; fails for an option without a value.
_linux_sandbox_value() {
  case "$1 $2" in
${commands.flatMap((command) => command.options.flatMap((option) => valueCase(command, option))).join('\n')}
  *) return 1 ;;
  esac
}

_linux_sandbox() {
  local line=\${COMP_LINE:0:COMP_POINT} current='' command=run value='' words=() word index start=1
  COMPREPLY=()
  read -ra words <<<"$line"
  if [[ $line != *[[:space:]] ]]; then
    current=\${words[-1]}
    unset 'words[-1]'
  fi
  if [[ -n $(_linux_sandbox_operands "\${words[1]}") ]]; then
    command=\${words[1]}
    start=2
  fi
  for ((index = start; index < \${#words[@]}; index++)); do
    word=\${words[index]}
    if [[ -n $value ]]; then
      value=''
    elif [[ $word == -?* && $word != -- ]]; then
      _linux_sandbox_value "$command" "$word" >/dev/null && value=$word
    elif [[ $command == run ]]; then
      [[ $word == -- ]] && ((index++))
      _linux_sandbox_rest "$index"
      return
    fi
  done

  local action prefix=''
  if [[ -n $value ]]; then
    action=$(_linux_sandbox_value "$command" "$value")
  elif [[ $current == --*=* ]]; then
    prefix=\${current%%=*}=
    action=$(_linux_sandbox_value "$command" "\${current%%=*}") || return
  elif [[ $current == -* ]]; then
    action="-W '$(_linux_sandbox_options "$command")'"
  else
    action=$(_linux_sandbox_operands "$command")
    [[ $start -eq 1 && \${#words[@]} -eq 1 ]] && action+=" -W '${commands.map(({ name }) => name).join(' ')}'"
  fi
  [[ -z $action ]] && return
  [[ $action == *-[df]* ]] && compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(eval "compgen $action -- \\"\\\${current#\\"\\$prefix\\"}\\"")
  # Bash puts a reply in place of what follows the last of these characters.
  word=\${current#"$prefix"}
  [[ $COMP_WORDBREAKS == *:* && $word == *:* ]] && COMPREPLY=("\${COMPREPLY[@]#"\${word%"\${word##*:}"}"}")
}

# The words from $1 on are a command of their own.
_linux_sandbox_rest() {
  if declare -F _command_offset >/dev/null; then
    _command_offset "$1"
  elif (($1 >= \${#words[@]})); then
    mapfile -t COMPREPLY < <(compgen -c -- "$current")
  else
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  fi
}

complete -F _linux_sandbox linux-sandbox
`
}

function optionsCase({ name, options }: CommandSpec): string {
  return `  ${name}) echo ${singleQuoted(options.flatMap(optionWords).join(' '))} ;;`
}

function operandsCase({ name, operands: { kind, choices = [] } }: CommandSpec): string {
  const action = { command: '-c', paths: '-f', words: `-W "${choices.join(' ')}"`, none: '' }[kind]
  return `  ${name}) echo ${singleQuoted(action)} ;;`
}

function valueCase({ name }: CommandSpec, option: OptionSpec): string[] {
  if (option.value === undefined) return []
  const patterns = optionWords(option).map((word) => `'${name} ${word}'`)
  return [`  ${patterns.join(' | ')}) echo ${singleQuoted(valueAction(option))} ;;`]
}

function valueAction(option: OptionSpec): string {
  const completion = valueCompletion(option)
  switch (completion.kind) {
    case 'words':
      return `-W "${completion.words.join(' ')}"`
    case 'directory':
      return '-d'
    case 'file':
      return '-f'
    case 'nothing':
      return ''
  }
}
