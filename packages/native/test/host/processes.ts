import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'

/** Pids of all processes of the host with `marker` among their arguments. */
export function pidsWith(marker: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && commandLine(name).includes(marker))
    .map(Number)
}

/** Also those that have overwritten their arguments, as far as this user may see what they execute. */
export function pidsExecuting(program: string): number[] {
  return readdirSync('/proc')
    .filter(
      (name) => /^\d+$/.test(name) && (executable(name) === program || commandLine(name).includes(program)),
    )
    .map(Number)
}

function executable(pid: string): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/exe`)
  } catch {
    return undefined
  }
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1')
  } catch {
    return '' // it has ended
  }
}

export function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter(Boolean).map(Number)
}

/** The letter of proc_pid_stat(5), for example `T` for stopped. */
export function stateOf(pid: number): string {
  return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]![0]!
}

/** Waits until `isTrue`. Whether it became so within `timeoutMs`. */
export async function becomes(isTrue: () => boolean, timeoutMs = 10_000): Promise<boolean> {
  for (const end = Date.now() + timeoutMs; Date.now() < end;) {
    if (isTrue()) return true
    await setTimeout(5)
  }
  return isTrue()
}
