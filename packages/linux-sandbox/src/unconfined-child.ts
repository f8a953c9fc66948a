import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { errnoOf } from '@linux-sandbox/host-probe'
import { commandWords, directoryOf } from './command.js'
import { commandError, directoryError } from './failure.js'
import { nodeSpawnOptions, type SandboxSpawnOptions } from './options.js'

/**
 * Starts a command that nothing confines, with the errors of a confined one.
 *
 * @throws {SandboxSetupError} when the working directory cannot be entered.
 * @throws {CommandNotStartedError} when the command is empty, or arguments and environment are too long together.
 */
export function spawnUnconfined(
  command: string,
  args: readonly string[],
  options: SandboxSpawnOptions,
): ChildProcess {
  const cwd = directoryOf(options.cwd)
  requireDirectory(cwd)
  const [program = '', ...rest] = commandWords(command, args, options.shell)
  const child = start(program, rest, {
    ...nodeSpawnOptions(options),
    ...(options.stdio === undefined ? {} : { stdio: options.stdio }),
    env: options.env ?? process.env,
    cwd,
  })
  const emit = child.emit.bind(child) as (event: string, ...values: unknown[]) => boolean
  child.emit = (event: string, ...values: unknown[]): boolean => {
    const [error] = values
    if (event !== 'error' || !isSpawnFailure(error)) return emit(event, ...values)
    return emit('error', commandError(program, errnoOf(error)))
  }
  return child
}

/** Of the reasons why nothing could be started, Node throws some and emits others. */
function start(program: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  if (program === '') throw commandError(program, ENOENT)
  try {
    return spawn(program, args, options)
  } catch (error) {
    if (isTooLong(error)) throw commandError(program, errnoOf(error))
    throw error
  }
}

/** What the kernel says of an empty name, which Node takes for a mistake of the caller. Source: execve(2), errno-base.h. */
const ENOENT = 2

function isTooLong(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'E2BIG'
}

function isSpawnFailure(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && String(error.syscall).startsWith('spawn')
}

/** Node's own error for a bad directory is that of a bad command. */
function requireDirectory(cwd: string): void {
  try {
    // With the slash, anything but a directory is ENOTDIR.
    accessSync(`${cwd}/`, constants.X_OK)
  } catch (cause) {
    throw directoryError(cwd, errnoOf(cause), cause)
  }
}
