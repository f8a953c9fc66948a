import { openSync, readlinkSync } from 'node:fs'

/** Longer than any machine takes to start a small program, which is given up then. */
const START_LIMIT_MS = 1000
const PAUSE_MS = 0.1

/**
 * Opens what process `pid` has open as `descriptor`, as soon as it has. Nothing else happens in this process meanwhile.
 *
 * @throws when the process has ended, or has not opened it in time. @see proc_pid_fd(5)
 */
export function openInProcess(pid: number, descriptor: number, flags: 'r' | 'w'): number {
  const deadline = performance.now() + START_LIMIT_MS
  for (;;) {
    try {
      return openSync(`/proc/${pid}/fd/${descriptor}`, flags)
    } catch (error) {
      if (!isMissing(error) || performance.now() > deadline) throw error
      // Also missing when the process has ended.
      readlinkSync(`/proc/${pid}/exe`)
      pause()
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)), 0, 0, PAUSE_MS)
}
