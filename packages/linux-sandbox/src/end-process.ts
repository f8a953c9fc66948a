import { constants } from 'node:os'
import { errnoOf, EXIT_STATUS, isSandboxError, SandboxSetupError } from '@linux-sandbox/errors'
import type { ForegroundResult } from './foreground.js'

/**
 * Ends this process as the command ended: with its status, with 128 + N when signal N ended it, or by that very signal when
 * this process was the one that it was sent to. Says on stderr first what went wrong with the protection.
 */
export function endAs({ exitCode, signal, wasForwarded, violations }: ForegroundResult): void {
  for (const { message } of violations) process.stderr.write(`linux-sandbox: warning: ${message}\n`)
  if (signal === null) {
    process.exitCode = exitCode ?? EXIT_STATUS.bug
    return
  }
  process.exitCode = 128 + constants.signals[signal]
  if (wasForwarded) process.kill(process.pid, signal)
}

/**
 * Says on stderr what is wrong and what helps, and sets the exit status. A stack trace means a defect.
 */
export function endWithError(error: unknown, program = 'linux-sandbox'): void {
  const foreseen = isSandboxError(error) ? error : removedDirectoryError(error)
  if (foreseen !== undefined) {
    process.stderr.write(`${program}: ${foreseen.message}\n`)
    if (foreseen.hint !== undefined) process.stderr.write(`hint: ${foreseen.hint}\n`)
    process.exitCode = foreseen.exitStatus
    return
  }
  const text = error instanceof Error ? traceOf(error) : String(error)
  process.stderr.write(`${program}: this is a defect of linux-sandbox\n${text}\n`)
  process.exitCode = EXIT_STATUS.bug
}

/** Not every engine begins its traces with what is wrong. */
function traceOf(error: Error): string {
  const { message, stack = '' } = error
  return stack.includes(message) ? stack : `${String(error)}\n${stack}`
}

/** What Node says when somebody asks for a working directory that was removed. */
function removedDirectoryError(error: unknown): SandboxSetupError | undefined {
  const isAboutIt = error instanceof Error && 'syscall' in error && error.syscall === 'uv_cwd'
  if (!isAboutIt) return undefined
  const source = { step: 'cwd', errno: errnoOf(error) }
  return new SandboxSetupError(source, 'the working directory of this process was removed', {
    cause: error,
    hint: 'change to a directory that exists, and try again',
  })
}
