import type { ChildProcess, SpawnOptions } from 'node:child_process'

export type ChildLimits = Pick<SpawnOptions, 'signal' | 'timeout' | 'killSignal'>

/** Kills `child` as `spawn` of Node does: when `signal` is aborted, which is an `error` too, and after `timeout`. */
export function limitChild(child: ChildProcess, { signal, timeout = 0, killSignal }: ChildLimits): void {
  if (timeout > 0) {
    const timer = setTimeout(() => child.kill(killSignal), timeout)
    child.once('exit', () => clearTimeout(timer))
  }
  if (signal === undefined) return
  const abort = (): void => {
    if (child.kill(killSignal)) child.emit('error', abortError(signal.reason))
  }
  if (signal.aborted) {
    process.nextTick(abort)
    return
  }
  signal.addEventListener('abort', abort, { once: true })
  child.once('exit', () => signal.removeEventListener('abort', abort))
}

function abortError(cause: unknown): Error {
  const error = new Error('The operation was aborted', { cause })
  error.name = 'AbortError'
  return Object.assign(error, { code: 'ABORT_ERR' })
}
