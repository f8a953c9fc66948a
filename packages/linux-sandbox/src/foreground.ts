import type { ChildProcess } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import type { RunResult } from './result.js'
import type { Sandbox } from './sandbox.js'

/** A command that takes the place of this process: its streams, its signals, its end. */
export interface ForegroundCommand {
  readonly program: string
  readonly args: readonly string[]
  readonly cwd?: string | undefined
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
  sandbox: Sandbox,
  { program, args, cwd }: ForegroundCommand,
): Promise<ForegroundResult> {
  const received = new Set<NodeJS.Signals>()
  let child: ChildProcess | undefined
  // Before the command is started: it may say its first word, and be sent a signal for it, before this process goes on.
  const stopForwarding = forwardSignals(() => child, received)
  try {
    const {
      stdout: _stdout,
      stderr: _stderr,
      ...result
    } = await sandbox.run(program, args, {
      stdio: 'inherit',
      // In its own session, or a key on the terminal would reach the command twice: directly and through this process.
      detached: true,
      onSpawn(started) {
        child = started
        releaseStreams()
      },
      ...(cwd === undefined ? {} : { cwd }),
    })
    return { ...result, wasForwarded: result.signal !== null && received.has(result.signal) }
  } finally {
    stopForwarding()
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

/** A signal is told between two turns of the event loop, when there is a child or, if it could not be started, never will be. */
function forwardSignals(child: () => ChildProcess | undefined, received: Set<NodeJS.Signals>): () => void {
  const forward = (signal: NodeJS.Signals): void => {
    received.add(signal)
    child()?.kill(signal)
  }
  const stop = (): void => {
    child()?.kill('SIGTSTP')
    process.kill(process.pid, 'SIGSTOP')
  }
  for (const signal of FORWARDED) process.on(signal, forward)
  process.on('SIGTSTP', stop)
  return () => {
    for (const signal of FORWARDED) process.off(signal, forward)
    process.off('SIGTSTP', stop)
  }
}
