import { CommandNotStartedError, endWithError, UsageError } from 'linux-sandbox'
import { nearestName } from '@linux-sandbox/policy'
import { parseLine, type ParsedLine } from './parse.js'
import type { CommandSpec } from './table/command-table.js'
import { COMMANDS } from './table/commands.js'
import { packageVersion } from './version.js'

/** What each command does, imported when it is needed. */
const ACTIONS: Readonly<Record<string, () => Promise<(line: ParsedLine) => Promise<void>>>> = {
  run: async () => (await import('./commands/run.js')).run,
  doctor: async () => (await import('./commands/doctor.js')).doctor,
  explain: async () => (await import('./commands/explain.js')).explain,
  check: async () => (await import('./commands/check.js')).check,
  completion: async () => (await import('./commands/completion.js')).completion,
}

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
  if (first === '--help' || first === '-h') return await printHelp(undefined)
  if (first === 'help') return await printHelp(rest[0])
  const named = COMMANDS.find(({ name }) => name === first)
  if (named !== undefined) return await perform(named, rest)
  try {
    await perform(COMMANDS[0], argv)
  } catch (error) {
    throw withCommandMeant(error, first)
  }
}

async function perform(command: CommandSpec, argv: readonly string[]): Promise<void> {
  const line = parseLine(command, argv)
  if (line.values.has('help')) return await printHelp(command.name)
  if (line.values.has('version')) {
    process.stdout.write(`linux-sandbox ${packageVersion()}\n`)
    return
  }
  const action = await ACTIONS[command.name]?.()
  if (action === undefined) throw new TypeError(`nothing does ${command.name}`)
  await action(line)
}

async function printHelp(name: string | undefined): Promise<void> {
  const { commandHelp, overview } = await import('./help.js')
  const command = COMMANDS.find((one) => one.name === name)
  if (name !== undefined && command === undefined) {
    throw new UsageError(`there is no command ${JSON.stringify(name)}`, 'linux-sandbox', {
      nearest: nearestName(name, commandNames()),
    })
  }
  process.stdout.write(command === undefined ? overview() : commandHelp(command))
}

/** A program of that name was not found: perhaps it was to be one of our commands. */
function withCommandMeant(error: unknown, first: string): unknown {
  if (!(error instanceof CommandNotStartedError) || error.code !== 'COMMAND_NOT_FOUND') return error
  const nearest = error.command === first ? nearestName(first, commandNames()) : undefined
  if (nearest === undefined) return error
  const { command, errno, message } = error
  const reason = message.slice(JSON.stringify(command).length + 1)
  return new CommandNotStartedError(command, errno, reason, {
    cause: error,
    hint: `did you mean linux-sandbox ${nearest}? see linux-sandbox --help`,
  })
}

function commandNames(): string[] {
  return COMMANDS.map(({ name }) => name)
}
