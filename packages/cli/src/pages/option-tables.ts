import { optionForms, optionText, synopsis, type CommandSpec } from '../table/command-table.js'
import { COMMANDS } from '../table/commands.js'
import { POLICY_OPTIONS } from '../table/policy-options.js'
import { ENVIRONMENT } from '../table/surroundings.js'

/** What docs/command-line.md has from the table of commands: Markdown, as prettier writes it. */
export function optionTables(): string {
  const blocks = [
    '### Options about the policy',
    'Of `run`, `explain` and `check`.',
    optionTable(POLICY_OPTIONS),
    ...COMMANDS.flatMap(commandBlocks),
    '### Environment',
    table(
      ['variable', 'meaning'],
      ENVIRONMENT.map(({ name, meaning }) => [name.split(', ').map(code).join(', '), meaning]),
    ),
  ]
  return blocks.join('\n\n')
}

function commandBlocks(command: CommandSpec): string[] {
  const own = command.options.filter((option) => !POLICY_OPTIONS.includes(option))
  const statuses = command.statuses.map(({ status, meaning }) => [status, meaning])
  return [
    `### ${code(`linux-sandbox ${command.name}`)}`,
    `${code(synopsis(command))}: ${command.summary}.`,
    exampleBlock(command),
    optionTable(own),
    table(['status', 'meaning'], statuses),
  ]
}

function exampleBlock({ examples }: CommandSpec): string {
  const width = Math.max(...examples.map(({ line }) => line.length))
  const lines = examples.map(({ line, does }) => `${line.padEnd(width)}  # ${does}`)
  return ['```sh', ...lines, '```'].join('\n')
}

function optionTable(options: CommandSpec['options']): string {
  return table(
    ['option', 'meaning'],
    options.map((option) => [code(optionForms(option)), optionText(option)]),
  )
}

function code(text: string): string {
  return `\`${text}\``
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll(/[|*]/g, String.raw`\$&`)))
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  const lines = cells.map(
    (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`,
  )
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  return [lines[0], rule, ...lines.slice(1)].join('\n')
}
