import { optionForms, optionText, synopsis, type CommandSpec, type Example } from './table/command-table.js'
import { COMMANDS } from './table/commands.js'
import { columns, wrap, type Row } from './text.js'

const LINE = 110

/** What `linux-sandbox --help` prints. */
export function overview(): string {
  const [run] = COMMANDS
  const usages = COMMANDS.map(synopsis)
  return page([
    [`Usage: ${usages[0]}`, ...usages.slice(1).map((usage) => `       ${usage}`)],
    ...paragraphs(run),
    ['Commands:', ...columns(COMMANDS.map(commandRow), { term: 10, line: LINE })],
    ['Options of run:', ...optionLines(run)],
    ['Examples:', ...COMMANDS.flatMap(({ examples }) => exampleLines(examples.slice(0, 3)))],
    ['Status of run:', ...statusLines(run)],
    ['linux-sandbox COMMAND --help says more about a command; the manual page is linux-sandbox(1).'],
  ])
}

/** What `linux-sandbox COMMAND --help` prints. */
export function commandHelp(command: CommandSpec): string {
  return page([
    [`Usage: ${synopsis(command)}`],
    ...paragraphs(command),
    ['Options:', ...optionLines(command)],
    ['Examples:', ...exampleLines(command.examples)],
    ['Status:', ...statusLines(command)],
  ])
}

function page(blocks: readonly (readonly string[])[]): string {
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

function paragraphs({ description }: CommandSpec): string[][] {
  return description.map((text) => wrap(text, LINE))
}

function commandRow({ name, summary }: CommandSpec): Row {
  return { term: name, text: summary }
}

function optionLines({ options }: CommandSpec): string[] {
  const rows = options.map((option) => ({
    term: option.short === undefined ? `    ${optionForms(option)}` : optionForms(option),
    text: optionText(option),
  }))
  return columns(rows, { term: 26, line: LINE })
}

function exampleLines(examples: readonly Example[]): string[] {
  return columns(
    examples.map(({ line, does }) => ({ term: line, text: `# ${does}` })),
    { term: 50, line: LINE },
  )
}

function statusLines({ statuses }: CommandSpec): string[] {
  const rows = statuses.map(({ status, meaning }) => ({ term: status, text: meaning }))
  return columns(rows, { term: 15, line: LINE })
}
