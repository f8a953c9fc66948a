import {
  optionForms,
  optionText,
  synopsis,
  type CommandSpec,
  type OptionSpec,
} from '../table/command-table.js'
import { COMMANDS } from '../table/commands.js'
import { POLICY_OPTIONS } from '../table/policy-options.js'
import { ENVIRONMENT } from '../table/surroundings.js'
import { listed } from '../text.js'

/**
 * The manual page linux-sandbox(1).
 *
 * @param header - a comment on the first line
 * @see man(7)
 */
export function manPage(header: string): string {
  const [run] = COMMANDS
  const lines = [
    String.raw`.\" ${header}`,
    '.TH LINUX\\-SANDBOX 1 "" "linux\\-sandbox" "User Commands"',
    '.SH NAME',
    `linux\\-sandbox \\- ${escaped(run.summary)}, and see what it would allow`,
    '.SH SYNOPSIS',
    '.nf',
    ...COMMANDS.map((command) => textLine(synopsis(command))),
    '.fi',
    '.SH DESCRIPTION',
    ...paragraphs(run),
    '.SH POLICY OPTIONS',
    textLine(
      `These are options of ${listed(withPolicyOptions().map(({ name }) => name)).replace(' or ', ' and ')}.`,
    ),
    ...POLICY_OPTIONS.flatMap(option),
    '.SH COMMANDS',
    ...COMMANDS.flatMap((command) => commandLines(command, { isDescribed: command !== run })),
    '.SH EXAMPLES',
    ...COMMANDS.flatMap(({ examples }) =>
      examples.flatMap(({ line, does }) => tagged(`.B ${escaped(line)}`, `${does}.`)),
    ),
    '.SH ENVIRONMENT',
    ...ENVIRONMENT.flatMap(({ name, meaning }) => tagged(`.B ${escaped(name)}`, `${meaning}.`)),
    '.SH SEE ALSO',
    '.BR bwrap (1),',
    '.BR seccomp (2),',
    '.BR mount_namespaces (7)',
  ]
  return `${lines.join('\n')}\n`
}

function withPolicyOptions(): CommandSpec[] {
  return COMMANDS.filter(({ options }) => options.includes(POLICY_OPTIONS[0] as OptionSpec))
}

function commandLines(command: CommandSpec, { isDescribed }: { readonly isDescribed: boolean }): string[] {
  const own = command.options.filter((one) => !POLICY_OPTIONS.includes(one))
  return [
    `.SS ${escaped(command.name)}`,
    textLine(`${command.summary}.`),
    ...(isDescribed ? paragraphs(command) : []),
    ...own.flatMap(option),
    '.PP',
    'Exit status:',
    ...command.statuses.flatMap(({ status, meaning }) => tagged(`.B ${escaped(status)}`, `${meaning}.`)),
  ]
}

function paragraphs({ description }: CommandSpec): string[] {
  return description.flatMap((text) => ['.PP', textLine(text)])
}

function option(spec: OptionSpec): string[] {
  return tagged(`.B ${escaped(optionForms(spec))}`, `${optionText(spec)}.`)
}

function tagged(tag: string, text: string): string[] {
  return ['.TP', tag, textLine(text)]
}

/** Of its own it is no request, whatever it begins with. */
function textLine(text: string): string {
  return escaped(text).replace(/^[.']/, String.raw`\&$&`)
}

/** Characters that troff would take for something else, or print as another one. @see groff_char(7) */
const SPECIAL: Readonly<Record<string, string>> = {
  '\\': String.raw`\e`,
  '-': String.raw`\-`,
  "'": String.raw`\(aq`,
  '`': String.raw`\(ga`,
  '^': String.raw`\(ha`,
  '~': String.raw`\(ti`,
  '"': String.raw`\(dq`,
}

function escaped(text: string): string {
  return text.replaceAll(/[\\\-'`^~"]/g, (character) => SPECIAL[character] ?? character)
}
