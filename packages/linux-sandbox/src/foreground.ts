import type { ChildProcess } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import type { RunResult } from './result.js'
import type { SandboxRunOptions } from './run.js'

/** A command that takes the place of this process: its streams, its signals, its end. */
export interface ForegroundCommand {
  readonly program: string
  readonly args: readonly string[]
  readonly cwd?: string | undefined
}

/** What runs commands: a `Sandbox`. */
export interface CommandRunner {
  run(
    command: string,
    args: readonly string[],
    options: SandboxRunOptions,
  ): Promise<RunResult<string | Buffer>>
}

/** How it ended. Its output was not collected. */
export interface ForegroundResult extends Omit<RunResult, 'stdout' | 'stderr'> {
  /** Whether the signal that ended it had been sent to this process, which passed it on. */
  readonly wasForwarded: boolean
}

/** The signals that a process can pass on. */
const FORWARDED = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGTERM',
  'SIGUSR1',
  'SIGUSR2',
  'SIGCONT',
  'SIGWINCH',
] as const satisfies readonly NodeJS.Signals[]

/**
 * Gives a command the streams of this process and passes every signal on to it. Afterwards this process itself has no stdin
 * and no stdout any more.
 *
 * @throws {SandboxError} when it could not be started.
 */
export async function runInForeground(
  sandbox: CommandRunner,
  { program, args, cwd }: ForegroundCommand,
): Promise<ForegroundResult> {
  const forwarding = new SignalForwarding()
  // Before the command exists, or a signal sent to it at once would do here what it does to a process that expects none.
  forwarding.start()
  try {
    const {
      stdout: _stdout,
      stderr: _stderr,
      ...result
    } = await sandbox.run(program, args, {
      stdio: 'inherit',
      // In its own session, or a key on the terminal would reach the command twice: directly and through this process.
      detached: true,
      onSpawn(child) {
        forwarding.child = child
        releaseStreams()
      },
      ...(cwd === undefined ? {} : { cwd }),
    })
    return { ...result, wasForwarded: result.signal !== null && forwarding.received.has(result.signal) }
  } finally {
    forwarding.stop()
  }
}

/**
 * Puts `/dev/null` in place of stdin and stdout of this process: held here, a pipe would not end for the other side when
 * the command closes it. stderr stays, for what has to be said.
 */
function releaseStreams(): void {
  for (const stream of [0, 1]) {
    try {
      closeSync(stream)
    } catch {
      continue // it was closed already, and stays so
    }
    // The lowest free number, which is the one just closed.
    openSync('/dev/null', 'r+')
  }
}

/** Passes the signals that this process gets on to a child. */
class SignalForwarding {
  readonly received = new Set<NodeJS.Signals>()
  /** Known when the first handler can run: until then nothing has given way to the event loop. */
  child: ChildProcess | undefined

  start(): void {
    for (const signal of FORWARDED) process.on(signal, this.#forward)
    process.on('SIGTSTP', this.#suspend)
  }

  stop(): void {
    for (const signal of FORWARDED) process.off(signal, this.#forward)
    process.off('SIGTSTP', this.#suspend)
  }

  readonly #forward = (signal: NodeJS.Signals): void => {
    this.received.add(signal)
    this.child?.kill(signal)
  }

  readonly #suspend = (): void => {
    this.child?.kill('SIGTSTP')
    process.kill(process.pid, 'SIGSTOP')
  }
}
