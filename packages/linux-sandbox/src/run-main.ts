import { parseAbsolutePath, parseProfile, type PermissionProfile } from '@linux-sandbox/policy'
import { endAs, endWithError } from './end-process.js'
import { runInForeground, type ForegroundCommand } from './foreground.js'
import { Sandbox } from './sandbox.js'
import { splitArgs, UsageError } from './usage.js'
import { packageVersion } from './version.js'

const PROGRAM = 'codex-linux-sandbox'

const USAGE = `Usage: codex-linux-sandbox [OPTIONS] --sandbox-policy-cwd DIR --permission-profile JSON [--] COMMAND...

Runs COMMAND on Linux under a permission profile.

Options:
  --sandbox-policy-cwd DIR   what "project_roots" means in the profile; absolute
  --command-cwd DIR          working directory of COMMAND; default: the current one
  --permission-profile JSON  what COMMAND may read, write and reach
  --no-proc                  keep the host's /proc visible instead of mounting a fresh one
  -h, --help                 print this
  -V, --version              print the version

Example:
  codex-linux-sandbox --sandbox-policy-cwd "$PWD" --permission-profile '{"type":"managed","file_system":
    {"type":"restricted","entries":[{"path":{"type":"special","value":{"kind":"root"}},"access":"read"}]},
    "network":"restricted"}' -- ls /

Status: that of COMMAND, 128 + N when signal N ended it; 2 wrong usage, 125 the sandbox could not be set up,
126 COMMAND could not be executed, 127 it was not found.
`

const OPTIONS = {
  'sandbox-policy-cwd': { type: 'string' },
  'command-cwd': { type: 'string' },
  'permission-profile': { type: 'string' },
  'no-proc': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
} as const

/** What a caller of the helper asks for. */
interface HelperRequest {
  readonly policyCwd: string
  readonly profile: PermissionProfile
  readonly proc: 'fresh' | 'host'
  readonly command: ForegroundCommand
}

/**
 * The whole of `codex-linux-sandbox`, for programs that embed it: `argv` is what follows the program's name. The command has
 * the streams of this process, which ends as the command ends. What is wrong goes to stderr.
 */
export async function runMain(argv: readonly string[]): Promise<void> {
  try {
    const request = parseHelperArgs(argv)
    if (typeof request === 'string') {
      process.stdout.write(request)
      return
    }
    const { profile, policyCwd, proc, command } = request
    const sandbox = await Sandbox.create({ profile, policyCwd, proc })
    endAs(await runInForeground(sandbox, command))
  } catch (error) {
    endWithError(error)
  }
}

/** What the arguments ask for; text to print for `--help` and `--version`. */
function parseHelperArgs(argv: readonly string[]): HelperRequest | string {
  const { values, command } = splitArgs(argv, OPTIONS, PROGRAM)
  if (values.help === true) return USAGE
  if (values.version === true) return `${PROGRAM} ${packageVersion()}\n`

  const policyCwd = values['sandbox-policy-cwd']
  const profile = values['permission-profile']
  const [program, ...args] = command
  if (policyCwd === undefined) throw new UsageError('--sandbox-policy-cwd is missing', PROGRAM)
  if (profile === undefined) throw new UsageError('--permission-profile is missing', PROGRAM)
  if (program === undefined) throw new UsageError('no command was given', PROGRAM)
  const cwd = values['command-cwd']
  return {
    policyCwd: requireAbsolute('--sandbox-policy-cwd', policyCwd),
    profile: parseProfile(profile),
    proc: values['no-proc'] === true ? 'host' : 'fresh',
    command: { program, args, ...(cwd === undefined ? {} : { cwd: requireAbsolute('--command-cwd', cwd) }) },
  }
}

function requireAbsolute(option: string, text: string): string {
  const path = parseAbsolutePath(text)
  if (path === undefined)
    throw new UsageError(`${option} must be an absolute path, not ${JSON.stringify(text)}`, PROGRAM)
  return path
}
