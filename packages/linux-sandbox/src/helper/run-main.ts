import { endAs, endWithError } from '../end-process.js'
import { runInForeground } from '../foreground.js'
import { describeVersion } from '../installation.js'
import { SandboxCommands } from '../sandbox-commands.js'
import { verifyFdMounts } from './fd-mounts.js'
import { PROGRAM } from './flags.js'
import { helpText } from './help-text.js'
import { parseFlags, type HelperRequest } from './parse-flags.js'

/**
 * The whole of `codex-linux-sandbox`, for programs that embed it: `argv` is what follows the program's name. The command has
 * the streams of this process, which ends as the command ends. What is wrong goes to stderr.
 */
export async function runMain(argv: readonly string[]): Promise<void> {
  try {
    const request = parseFlags(argv)
    if (request === 'help') process.stdout.write(helpText())
    else if (request === 'version') process.stdout.write(`${PROGRAM} ${describeVersion()}\n`)
    else endAs(await runInForeground(sandboxFor(request), request.command))
  } catch (error) {
    endWithError(error)
  }
}

function sandboxFor(request: HelperRequest): SandboxCommands {
  const { profile, policyCwd, backend, proc, pidNamespace, proxy, unixSockets, fdMounts } = request
  verifyFdMounts(fdMounts)
  const options = {
    profile,
    policyCwd,
    backend,
    // Only what was asked for: a backend refuses what it cannot give.
    ...(proc === 'host' ? { proc } : {}),
    ...(pidNamespace === 'inherited' ? { pidNamespace } : {}),
    ...(proxy === undefined ? {} : { proxy }),
    ...(unixSockets ? { unixSockets } : {}),
  }
  return new SandboxCommands(options, 'one')
}
