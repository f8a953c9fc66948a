import { FLAGS, PROGRAM, type Flag } from './flags.js'

/** What `--help` prints: the flags that new callers need. */
export function helpText(): string {
  const rows = Object.entries<Flag>(FLAGS)
    .filter(([, { kept }]) => kept === undefined)
    .map(([name, { value, short, meaning }]) => {
      const spelling = `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`
      return `  ${spelling.padEnd(COLUMN)}${meaning}`
    })
  return `Usage: ${PROGRAM} [OPTIONS] --sandbox-policy-cwd DIR --permission-profile JSON [--] COMMAND...

Runs COMMAND on Linux under a permission profile.

Options:
${rows.join('\n')}

Flags of earlier versions and of inner stages are accepted too; docs/helper.md has every one.

Example:
  ${PROGRAM} --sandbox-policy-cwd "$PWD" --permission-profile '{"type":"managed","file_system":
    {"type":"restricted","entries":[{"path":{"type":"special","value":{"kind":"root"}},"access":"read"}]},
    "network":"restricted"}' -- ls /

Status: that of COMMAND, 128 + N when signal N ended it; 2 wrong usage, 125 the sandbox could not be set up,
126 COMMAND could not be executed, 127 it was not found.
`
}

const COLUMN = 28
