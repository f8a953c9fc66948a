import { host } from '../host.js'
import { Emitter } from './emitter.js'
import { setChild } from './events.js'
import { process, signalNumber } from './process.js'
import { check, SystemError } from './system-error.js'

interface SpawnOptions {
  readonly stdio: readonly (number | 'pipe' | 'ignore')[]
  readonly detached?: boolean
}

/** The supervisor, as Node has a child. */
export class ChildProcess extends Emitter {
  readonly pid: number
  readonly stdin = null
  readonly stdout = null
  readonly stderr = null
  readonly stdio: (ControlSocket | null)[]

  constructor(pid: number, stdio: (ControlSocket | null)[]) {
    super()
    this.pid = pid
    this.stdio = stdio
  }

  kill(signal: string | number = 'SIGTERM'): boolean {
    return host.kill(this.pid, signalNumber(signal)) === 0
  }

  ref(): void {}

  unref(): void {}
}

/** The end of a child's socket that is here. */
export class ControlSocket extends Emitter {
  write(bytes: Uint8Array): void {
    host.send(bytes)
  }

  destroy(): void {}

  ref(): void {}

  unref(): void {}
}

/**
 * Starts the supervisor, the one program that is a part of this one. Its slots are descriptors of this process but for one, which is the
 * control socket.
 */
export function spawn(program: string, args: readonly string[], { stdio, detached }: SpawnOptions): ChildProcess {
  if (program !== process.execPath || args[0] !== 'supervise') throw new Error(`${program} cannot be started`)
  const control = Number(args[1])
  const slots = Int32Array.from(stdio, (slot) => (typeof slot === 'number' ? slot : -1))
  const pid = host.spawn(slots, slots.length, control, detached === true ? 1 : 0)
  if (pid < 0) throw new SystemError(-pid, 'spawn', program)
  const socket = new ControlSocket()
  const child = new ChildProcess(
    pid,
    stdio.map((_, index) => (index === control ? socket : null)),
  )
  setChild(child, socket)
  return child
}

interface Output {
  readonly stdout: string
  readonly stderr: string
  readonly error?: Error
}

/** What a program says when it is asked with one word. */
export function spawnSync(
  program: string,
  args: readonly string[],
  { timeout = Number.MAX_SAFE_INTEGER }: { readonly timeout?: number } = {},
): Output {
  const isThis = program === process.execPath
  const said = host.run(isThis ? '' : program, args[0] ?? '', Math.min(timeout, LONGEST_WAIT_MS))
  if (typeof said === 'string') return { stdout: said, stderr: '' }
  try {
    check(said, 'spawnSync', program)
  } catch (error) {
    if (error instanceof Error) return { stdout: '', stderr: '', error }
  }
  return { stdout: '', stderr: '' }
}

const LONGEST_WAIT_MS = 60_000
