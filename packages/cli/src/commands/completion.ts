import { UsageError } from 'linux-sandbox'
import { nearestName } from '@linux-sandbox/policy'
import { bashCompletion } from '../completions/bash.js'
import { fishCompletion } from '../completions/fish.js'
import { zshCompletion } from '../completions/zsh.js'
import type { ParsedLine } from '../parse.js'
import { COMMANDS, SHELLS, type Shell } from '../table/commands.js'
import { listed } from '../text.js'

const PROGRAM = 'linux-sandbox completion'

const SCRIPTS: Readonly<Record<Shell, (commands: typeof COMMANDS) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
}

/**
 * `linux-sandbox completion`: prints the completions for a shell.
 *
 * @throws {UsageError} when none is named, or an unknown one.
 */
export async function completion({ operands: [shell, ...others] }: ParsedLine): Promise<void> {
  if (shell === undefined || others.length > 0)
    throw new UsageError(`name one shell: ${listed(SHELLS)}`, PROGRAM)
  const known = SHELLS.find((name) => name === shell)
  if (known === undefined) {
    throw new UsageError(
      `there are completions for ${listed(SHELLS)}, not for ${JSON.stringify(shell)}`,
      PROGRAM,
      {
        nearest: nearestName(shell, SHELLS),
      },
    )
  }
  process.stdout.write(SCRIPTS[known](COMMANDS))
}
