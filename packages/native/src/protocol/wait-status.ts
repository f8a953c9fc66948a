/** How a process ended: by an exit status or by a signal; the other is `null`. */
export interface ProcessEnd {
  readonly exitCode: number | null
  readonly signal: number | null
}

/** What a status of wait(2) says about a process that has ended. */
export function decodeWaitStatus(status: number): ProcessEnd {
  const signal = status & 0x7f
  return signal === 0 ? { exitCode: (status >> 8) & 0xff, signal: null } : { exitCode: null, signal }
}
