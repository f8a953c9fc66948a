import type { ChildProcess } from 'node:child_process'
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
 * Runs a command with the streams of this process and passes every signal on to it.
 *
 * @throws {SandboxError} when it could not be started.
 */
export async function runInForeground(
  sandbox: Sandbox,
  { program, args, cwd }: ForegroundCommand,
): Promise<ForegroundResult> {
  const received = new Set<NodeJS.Signals>()
  let stopForwarding = (): void => undefined
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
        stopForwarding = forwardSignals(child, received)
      },
      ...(cwd === undefined ? {} : { cwd }),
    })
    return { ...result, wasForwarded: result.signal !== null && received.has(result.signal) }
  } finally {
    stopForwarding()
  }
}

function forwardSignals(child: ChildProcess, received: Set<NodeJS.Signals>): () => void {
  const forward = (signal: NodeJS.Signals): void => {
    received.add(signal)
    child.kill(signal)
  }
  const stop = (): void => {
    child.kill('SIGTSTP')
    process.kill(process.pid, 'SIGSTOP')
  }
  for (const signal of FORWARDED) process.on(signal, forward)
  process.on('SIGTSTP', stop)
  return () => {
    for (const signal of FORWARDED) process.off(signal, forward)
    process.off('SIGTSTP', stop)
  }
}
