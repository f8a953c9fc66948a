import { writeSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  builtinProfile,
  endAs,
  runInForeground,
  Sandbox,
  splitArgs,
  UsageError,
  type PermissionProfile,
} from 'linux-sandbox'
import { helpText } from './help.js'

const PROGRAM = 'linux-sandbox'

const OPTIONS = {
  profile: { type: 'string', short: 'P', default: ':workspace' },
  directory: { type: 'string', short: 'C' },
  network: { type: 'string', short: 'n' },
  json: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

/**
 * `linux-sandbox run`: runs a command under a built-in profile and ends as it ends.
 *
 * @throws {UsageError} for a command line that means nothing.
 * @throws {SandboxError} when the command could not be started.
 */
export async function runCommand(argv: readonly string[]): Promise<void> {
  const { values, command } = splitArgs(argv, OPTIONS, PROGRAM)
  if (values.help === true) {
    process.stdout.write(helpText())
    return
  }
  const [program, ...args] = command
  if (program === undefined) throw new UsageError('no command was given', PROGRAM)
  const resultFd = values.json === undefined ? undefined : parseDescriptor(values.json)
  const cwd = resolve(values.directory ?? '.')
  const profile = withNetwork(builtinProfile(values.profile), values.network)

  const sandbox = await Sandbox.create({ profile, policyCwd: cwd })
  const result = await runInForeground(sandbox, { program, args, cwd })
  if (resultFd !== undefined) writeSync(resultFd, `${JSON.stringify(result)}\n`)
  endAs(result)
}

function withNetwork(profile: PermissionProfile, network: string | undefined): PermissionProfile {
  if (network === undefined) return profile
  if (network !== 'restricted' && network !== 'enabled') {
    throw new UsageError(`--network is restricted or enabled, not ${JSON.stringify(network)}`, PROGRAM)
  }
  if (profile.type !== 'disabled') return { ...profile, network }
  if (network === 'enabled') return profile
  return { type: 'managed', file_system: { type: 'unrestricted' }, network }
}

function parseDescriptor(text: string): number {
  if (!/^\d{1,4}$/.test(text)) {
    throw new UsageError(
      `--json takes the number of an open descriptor, not ${JSON.stringify(text)}`,
      PROGRAM,
    )
  }
  return Number(text)
}
