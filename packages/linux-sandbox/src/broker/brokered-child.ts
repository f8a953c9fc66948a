import { ChildProcess } from 'node:child_process'
import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { constants } from 'node:os'
import { getSystemErrorName } from 'node:util'
import type { ProcessEnd } from '@linux-sandbox/native'
import { signalName } from '../signal-name.js'
import type { BrokerProcess } from './broker.js'
import { signalNumber } from './signal-number.js'

export interface BrokeredParts {
  readonly process: BrokerProcess
  readonly file: string
  readonly args: readonly string[]
  /** One for each slot. */
  readonly stdio: readonly (Socket | null)[]
}

/**
 * A `ChildProcess` that another process has started: the same properties, methods and events in the same order, without what Node's own
 * class needs of the kernel. What is written to it goes out when this process next has nothing to do, and not within `write`.
 *
 * Source: lib/internal/child_process.js of Node 20, 22 and 24.
 */
export class BrokeredChild extends EventEmitter {
  static {
    // `instanceof` holds, and whatever Node adds that needs no more than the public methods works.
    Object.setPrototypeOf(this.prototype, ChildProcess.prototype)
  }

  readonly pid: number
  readonly spawnfile: string
  readonly spawnargs: readonly string[]
  readonly stdin: Socket | null
  readonly stdout: Socket | null
  readonly stderr: Socket | null
  readonly stdio: readonly (Socket | null)[]
  readonly connected = false
  exitCode: number | null = null
  signalCode: NodeJS.Signals | null = null
  killed = false
  #process: BrokerProcess | undefined
  /** How many of the process and its streams are still to end. */
  #open = 1

  constructor({ process: started, file, args, stdio }: BrokeredParts) {
    super()
    this.#process = started
    this.pid = started.pid
    this.spawnfile = file
    this.spawnargs = [file, ...args]
    this.stdio = stdio
    const [stdin = null, stdout = null, stderr = null] = stdio
    this.stdin = stdin
    this.stdout = stdout
    this.stderr = stderr
    for (const stream of stdio.slice(1)) {
      if (stream === null) continue
      this.#open++
      stream.on('close', () => this.#noteClosed())
    }
    started.onEnd((end) => this.#end(end))
    process.nextTick(() => this.emit('spawn'))
  }

  kill(signal: NodeJS.Signals | number = 'SIGTERM'): boolean {
    const number = signalNumber(signal)
    const errno = this.#process?.signal(number) ?? constants.errno.ESRCH
    if (errno === 0) this.killed = true
    else if (errno !== constants.errno.ESRCH) this.emit('error', killError(errno))
    return errno === 0
  }

  ref(): void {
    this.#process?.ref()
  }

  unref(): void {
    this.#process?.unref()
  }

  #end({ exitCode, signal }: ProcessEnd): void {
    this.exitCode = exitCode
    this.signalCode = signal === null ? null : signalName(signal)
    this.stdin?.destroy()
    this.#process = undefined
    this.emit('exit', this.exitCode, this.signalCode)
    // Later, so that whoever wants what is left can begin to read at the exit.
    process.nextTick(() => this.stdio.forEach(drain))
    this.#noteClosed()
  }

  #noteClosed(): void {
    this.#open--
    if (this.#open === 0) this.emit('close', this.exitCode, this.signalCode)
  }
}

/** What nobody reads has to be read for the stream to end. */
function drain(stream: Socket | null): void {
  if (stream !== null && stream.readable && !isUsedAsStdio(stream)) stream.resume()
}

/** Whether it was given to another child, which reads from it. Node marks it by a symbol of its own. */
function isUsedAsStdio(stream: Socket): boolean {
  return Object.getOwnPropertySymbols(stream).some(({ description }) => description === 'kIsUsedAsStdio')
}

function killError(errno: number): Error {
  const code = getSystemErrorName(-errno)
  return Object.assign(new Error(`kill ${code}`), { errno: -errno, code, syscall: 'kill' })
}
