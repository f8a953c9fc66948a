import type { OptionSpec } from '../table/command-table.js'

/** `--profile`, and `-P` if there is one. */
export function optionWords({ name, short }: OptionSpec): string[] {
  return short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`]
}

/** What the value of an option is completed to. */
export type ValueCompletion =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'directory' | 'file' | 'nothing' }

export function valueCompletion({ choices, suggestions, completesTo }: OptionSpec): ValueCompletion {
  const words = choices ?? suggestions
  if (words !== undefined) return { kind: 'words', words }
  return { kind: completesTo ?? 'nothing' }
}

/** `text` between single quotes, in which only a quote means something. */
export function singleQuoted(text: string): string {
  if (text.includes("'")) throw new TypeError(`${text} cannot be quoted`)
  return `'${text}'`
}

/** The first line of every script. */
export function headline(shell: string): string {
  return `# Completions of linux-sandbox(1), printed by: linux-sandbox completion ${shell}`
}
