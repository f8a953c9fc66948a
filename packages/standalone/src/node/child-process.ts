import { host } from '../host.js'
import { Emitter } from './emitter.js'
import { setChild } from './events.js'
import { process, signalNumber } from './process.js'
import { SystemError } from './system-error.js'

interface SpawnOptions {
  readonly stdio: readonly (number | 'inherit' | 'pipe' | 'ignore')[] | 'inherit'
  readonly detached?: boolean
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
}

/** The supervisor or the command, as Node has a child. */
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

  destroy(): void {
    host.finish()
  }

  ref(): void {}

  unref(): void {}
}

/** Starts the supervisor, which is a part of this program, or a command that has the streams of this process. */
export function spawn(program: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  return program === process.execPath ? spawnSupervisor(args, options) : execute([program, ...args], options)
}

/** Its one slot that is no descriptor of this process is the control socket. */
function spawnSupervisor(
  [, place, , , , expected = '0']: readonly string[],
  { stdio, detached }: SpawnOptions,
): ChildProcess {
  const control = Number(place)
  const slots = descriptorsOf(stdio)
  const pid = host.spawn(slots, control, detached === true ? 1 : 0, Number(expected))
  if (pid < 0) throw new SystemError(-pid, 'spawn')
  const socket = new ControlSocket()
  const child = new ChildProcess(
    pid,
    Array.from(slots, (_, index) => (index === control ? socket : null)),
  )
  setChild(child, socket)
  return child
}

/** What Node throws at once; of the rest it tells by an event. Source: asm-generic/errno-base.h. */
const E2BIG = 7

function execute(words: readonly string[], { stdio, detached, env, cwd }: SpawnOptions): ChildProcess {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  const hasSession = detached === true ? 1 : 0
  const pid = host.execute(descriptorsOf(stdio), ended(words), ended(variables), cwd, hasSession)
  const [program = ''] = words
  const child = new ChildProcess(pid, [null, null, null])
  if (pid >= 0) {
    setChild(child)
    return child
  }
  const error = new SystemError(-pid, `spawn ${program}`, program)
  if (pid === -E2BIG) throw error
  void Promise.resolve().then(() => child.emit('error', error))
  return child
}

function ended(words: readonly string[]): string {
  return words.map((word) => `${word}\0`).join('')
}

const STREAMS = [0, 1, 2]

function descriptorsOf(stdio: SpawnOptions['stdio']): Int32Array {
  if (stdio === 'inherit') return Int32Array.from(STREAMS)
  return Int32Array.from(stdio, (slot, index) => {
    if (slot === 'inherit') return index
    return typeof slot === 'number' ? slot : -1
  })
}

interface Output {
  readonly stdout: string
  readonly stderr: string
  readonly error?: Error
}

const LONGEST_WAIT_MS = 60_000

/** What a program says when it is asked with one word. */
export function spawnSync(
  program: string,
  [word = '']: readonly string[],
  { timeout = LONGEST_WAIT_MS }: { readonly timeout?: number } = {},
): Output {
  const said = host.run(program === process.execPath ? '' : program, word, timeout)
  if (typeof said === 'string') return { stdout: said, stderr: '' }
  return { stdout: '', stderr: '', error: new SystemError(said, 'spawnSync', program) }
}
