import { closeSync, constants, openSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { formatDecision, type Decision } from '@linux-sandbox/egress-proxy'
import { PolicyUnsupportedError, UsageError, type PermissionProfile } from 'linux-sandbox'
import { writeGrantFinder } from './configuration-guard.js'
import { writableDescriptor } from './descriptor.js'

/** Where the decisions of the proxy are written, a line of JSON for each. */
export interface DecisionLog {
  readonly write: (decision: Decision) => void
  readonly close: () => void
}

export interface LogRequest {
  /** A path, from the working directory, or the number of a descriptor. */
  readonly target: string
  readonly profile: PermissionProfile
  /** What `project_roots` means in the profile. */
  readonly directory: string
  readonly program: string
}

/** A pipe with no reader must not stop the start. */
const FLAGS =
  constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK | constants.O_NOCTTY
/** What is asked for is for nobody else. */
const MODE = 0o600

/**
 * Opens the log. A file is added to.
 *
 * @throws {UsageError} for a descriptor that nothing can be written to, and a file that cannot be opened.
 * @throws {PolicyUnsupportedError} for a file that the command could change.
 */
export function openDecisionLog(request: LogRequest): DecisionLog {
  const { target } = request
  if (!/^\d+$/.test(target)) return logTo(openLogFile(request), { isOwned: true })
  const descriptor = writableDescriptor(target)
  if (descriptor !== undefined) return logTo(descriptor, { isOwned: false })
  throw new UsageError(
    `--proxy-log takes a file, or the number of a descriptor above 1 that is open for writing, not ${JSON.stringify(target)}`,
    request.program,
  )
}

function openLogFile({ target, profile, directory, program }: LogRequest): number {
  const path = resolve(target)
  const grant = writeGrantFinder(profile, directory)?.(path)
  if (grant !== undefined) {
    throw new PolicyUnsupportedError(
      `${grant.access} on ${grant.origin.spelling}`,
      `the command could change the log ${path}, which is to say what it reached`,
      { hint: 'name a file elsewhere, or open one: --proxy-log 3 3>FILE' },
    )
  }
  try {
    return openSync(path, FLAGS, MODE)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error
    throw new UsageError(`--proxy-log ${JSON.stringify(target)} cannot be opened: ${String(code)}`, program)
  }
}

function logTo(descriptor: number, { isOwned }: { readonly isOwned: boolean }): DecisionLog {
  let isBroken = false
  return {
    write(decision) {
      if (isBroken) return
      try {
        writeFileSync(descriptor, formatDecision(decision))
      } catch (error) {
        // The command goes on: what it may reach does not depend on who reads about it.
        isBroken = true
        const reason = error instanceof Error ? error.message : String(error)
        process.stderr.write(`linux-sandbox: the log of the proxy ends here: ${reason}\n`)
      }
    },
    close() {
      if (isOwned) closeSync(descriptor)
    },
  }
}
