import type { ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'
import type { ProcessEnd } from '@linux-sandbox/native'
import { FUNCTION, MILLISECONDS, oneOf, type OptionRules } from './option-rules.js'
import { SPAWN_RULES, type SandboxSpawnOptions } from './options.js'
import type { RunResult } from './result.js'
import { signalName } from './signal-name.js'

export interface SandboxRunOptions extends Omit<SandboxSpawnOptions, 'timeout'> {
  /** Ends the command after this time: `killSignal` first, SIGKILL after another `killAfterMs`. */
  readonly timeoutMs?: number
  /** Default 5000. */
  readonly killAfterMs?: number
  /** What the command reads. Default: nothing, an empty stdin. Ignored unless `stdio` leaves stdin a pipe. */
  readonly input?: string | Uint8Array
  /** `buffer` gives bytes. Default `utf8`. */
  readonly encoding?: 'utf8' | 'buffer'
  /** Gets the child at once, for example to pass signals on to it. */
  readonly onSpawn?: (child: ChildProcess) => void
}

export const RUN_RULES: OptionRules<SandboxRunOptions> = {
  ...omitTimeout(SPAWN_RULES),
  timeoutMs: MILLISECONDS,
  killAfterMs: MILLISECONDS,
  input: {
    isValid: (value) => typeof value === 'string' || value instanceof Uint8Array,
    expected: 'a string or bytes',
  },
  encoding: oneOf('utf8', 'buffer'),
  onSpawn: FUNCTION,
}

function omitTimeout({
  timeout: _timeout,
  ...rules
}: typeof SPAWN_RULES): Omit<typeof SPAWN_RULES, 'timeout'> {
  return rules
}

/** How a child ended, and what it wrote. */
export type Collected = Omit<RunResult<string | Buffer>, 'enforced' | 'violations'>

/** A child, and where it is known before its exit, the end of the command. */
export interface Collectable {
  readonly child: ChildProcess
  readonly ended?: Promise<ProcessEnd>
}

/**
 * Waits for the end of the command and of its output.
 *
 * @throws whatever the child emits as `error`: it did not start, or `signal` was aborted.
 */
export async function collect({ child, ended }: Collectable, options: SandboxRunOptions): Promise<Collected> {
  const startedAt = performance.now()
  const stdout = chunksOf(child.stdout)
  const stderr = chunksOf(child.stderr)
  // A command may end without reading its input.
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(options.input)

  const timeout = startTimeout(child, options)
  try {
    options.onSpawn?.(child)
    const { exitCode, signal } = await Promise.race([
      closed(child),
      ...(ended === undefined ? [] : [drained(child, ended)]),
    ])
    const decode = (chunks: readonly Buffer[]): string | Buffer => {
      const bytes = Buffer.concat(chunks)
      return options.encoding === 'buffer' ? bytes : bytes.toString('utf8')
    }
    return {
      exitCode,
      signal,
      stdout: decode(stdout),
      stderr: decode(stderr),
      durationMs: performance.now() - startedAt,
      timedOut: timeout.isOver(),
    }
  } finally {
    timeout.stop()
  }
}

type End = Pick<RunResult, 'exitCode' | 'signal'>

function closed(child: ChildProcess): Promise<End> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal }))
  })
}

/** The same a little earlier: what is still to end then is ours and no part of the command. */
async function drained(child: ChildProcess, ended: Promise<ProcessEnd>): Promise<End> {
  const [{ exitCode, signal }] = await Promise.all([ended, endOf(child.stdout), endOf(child.stderr)])
  return { exitCode, signal: signal === null ? null : signalName(signal) }
}

function endOf(stream: Readable | null): Promise<void> {
  return new Promise((resolve) => {
    if (stream === null) resolve()
    else stream.once('close', resolve)
  })
}

function chunksOf(stream: Readable | null): readonly Buffer[] {
  const chunks: Buffer[] = []
  stream?.on('data', (chunk: Buffer) => chunks.push(chunk))
  return chunks
}

interface Timeout {
  readonly isOver: () => boolean
  readonly stop: () => void
}

function startTimeout(
  child: ChildProcess,
  { timeoutMs, killAfterMs = 5000, killSignal = 'SIGTERM' }: SandboxRunOptions,
): Timeout {
  let isOver = false
  const timers: NodeJS.Timeout[] = []
  if (timeoutMs !== undefined) {
    timers.push(
      setTimeout(() => {
        isOver = true
        child.kill(killSignal)
        timers.push(setTimeout(() => child.kill('SIGKILL'), killAfterMs))
      }, timeoutMs),
    )
  }
  return { isOver: () => isOver, stop: () => timers.forEach(clearTimeout) }
}
