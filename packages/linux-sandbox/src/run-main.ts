import { parseArgs } from 'node:util'
import { EXIT_STATUS, isSandboxError, PolicyInvalidError } from '@linux-sandbox/errors'
import { parseAbsolutePath, parseProfile, type PermissionProfile } from '@linux-sandbox/policy'
import { runInForeground } from './foreground.js'
import { Sandbox } from './sandbox.js'

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
  readonly commandCwd: string | undefined
  readonly profile: PermissionProfile
  readonly proc: 'fresh' | 'host'
  readonly command: readonly [string, ...string[]]
}

/**
 * The whole of `codex-linux-sandbox`, for programs that embed it: `argv` is what follows the program's name. The command has this
 * process's streams. Ends the process as the command ended; what is wrong goes to stderr.
 */
export async function runMain(argv: readonly string[]): Promise<void> {
  try {
    const parsed = parseHelperArgs(argv)
    if (typeof parsed === 'string') {
      process.stdout.write(parsed)
      return
    }
    const sandbox = await Sandbox.create({
      profile: parsed.profile,
      policyCwd: parsed.policyCwd,
      proc: parsed.proc,
    })
    const [program, ...args] = parsed.command
    await runInForeground(sandbox, { program, args, cwd: parsed.commandCwd })
  } catch (error) {
    endWithError(error)
  }
}
