import { constants } from 'node:os'
import { EXIT_STATUS, isSandboxError } from '@linux-sandbox/errors'
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
  if (isSandboxError(error)) {
    process.stderr.write(`${program}: ${error.message}\n`)
    if (error.hint !== undefined) process.stderr.write(`hint: ${error.hint}\n`)
    process.exitCode = error.exitStatus
    return
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`${program}: this is a defect of linux-sandbox\n${text}\n`)
  process.exitCode = EXIT_STATUS.bug
}
