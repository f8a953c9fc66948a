import { endWithError, UsageError } from 'linux-sandbox'
import { helpText } from './help.js'
import { runCommand } from './run-command.js'
import { packageVersion } from './version.js'

/** The commands of the multitool, by name. Without a name it is `run`. */
const COMMANDS: Readonly<Record<string, (argv: readonly string[]) => Promise<void>>> = { run: runCommand }

/**
 * The multitool: `argv` is what follows the program's name. Ends the process with the status of what it did; what is wrong goes to
 * stderr.
 */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await dispatch(argv)
  } catch (error) {
    endWithError(error)
  }
}

async function dispatch(argv: readonly string[]): Promise<void> {
  const [first, ...rest] = argv
  if (first === undefined) throw new UsageError('no command was given', 'linux-sandbox')
  if (first === '--help' || first === '-h' || first === 'help') {
    process.stdout.write(helpText())
    return
  }
  if (first === '--version' || first === '-V') {
    process.stdout.write(`linux-sandbox ${packageVersion()}\n`)
    return
  }
  const command = Object.hasOwn(COMMANDS, first) ? COMMANDS[first] : undefined
  await (command === undefined ? runCommand(argv) : command(rest))
}
