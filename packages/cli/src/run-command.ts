import { readFileSync, readlinkSync, writeSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  builtinProfile,
  endAs,
  runInForeground,
  Sandbox,
  splitArgs,
  UsageError,
  type ForegroundResult,
  type GitWrites,
  type PermissionProfile,
} from 'linux-sandbox'
import { helpText } from './help.js'

const PROGRAM = 'linux-sandbox'

const OPTIONS = {
  profile: { type: 'string', short: 'P', default: ':workspace' },
  directory: { type: 'string', short: 'C' },
  network: { type: 'string', short: 'n' },
  'git-writes': { type: 'string', short: 'g', default: 'none' },
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
  if (values.directory === '') throw new UsageError('--directory is empty', PROGRAM)
  const cwd = resolve(values.directory ?? '.')
  const profile = withNetwork(builtinProfile(values.profile), values.network)

  const gitWrites = parseGitWrites(values['git-writes'])
  const sandbox = await Sandbox.create({ profile, policyCwd: cwd, gitWrites })
  const result = await runInForeground(sandbox, { program, args, cwd })
  if (resultFd !== undefined) writeResult(resultFd, result)
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

function parseGitWrites(text: string): GitWrites {
  if (text === 'none' || text === 'commit' || text === 'all') return text
  throw new UsageError(`--git-writes is none, commit or all, not ${JSON.stringify(text)}`, PROGRAM)
}

/** Source: asm-generic/fcntl.h. */
const ACCESS_MODE = 0o3

/** Looked at before the command runs: afterwards it is too late to say that there is nowhere to write to. */
function parseDescriptor(text: string): number {
  const descriptor = /^\d{1,4}$/.test(text) ? Number(text) : 0
  // stdin and stdout are the command's alone.
  if (descriptor > 1 && isOpenForWriting(descriptor)) return descriptor
  throw new UsageError(
    `--json takes the number of a descriptor above 1 that is open for writing, not ${JSON.stringify(text)}`,
    PROGRAM,
  )
}

/** A number that nobody opened for us may be one of Node's own, which are no files. */
function isOpenForWriting(descriptor: number): boolean {
  try {
    if (readlinkSync(`/proc/self/fd/${descriptor}`).startsWith('anon_inode:')) return false
    const [, flags = '0'] =
      /^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8')) ?? []
    return (Number.parseInt(flags, 8) & ACCESS_MODE) !== 0
  } catch {
    return false
  }
}

/** The command has run, so its status is what counts, whether or not somebody still reads the result. */
function writeResult(descriptor: number, result: ForegroundResult): void {
  try {
    writeSync(descriptor, `${JSON.stringify(result)}\n`)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    process.stderr.write(
      `linux-sandbox: the result could not be written to descriptor ${descriptor}: ${reason}\n`,
    )
  }
}
