/// <reference lib="es2024.string" />
import { host } from '../host.js'
import { Emitter, type Listener } from './emitter.js'
import { check, checked } from './system-error.js'

/** Node's words for what this is built for, and the numbers of signals, of the Node that has built this. */
declare const NODE_ARCH: string
declare const SIGNAL_NUMBERS: Readonly<Record<string, number>>

const STDOUT = 1
const STDERR = 2

/** What the facade uses of Node's `process`. */
class Process extends Emitter {
  readonly platform = 'linux'
  readonly arch = NODE_ARCH
  /** Of no other runtime that the facade asks for. */
  readonly versions: Readonly<Record<string, string>> = {}
  /** To the host, process 0 is this one. Its number would be something new at each start, and nothing else needs it. */
  readonly pid = 0
  exitCode: number | undefined
  // Half of a surrogate pair has no bytes; Node writes U+FFFD for it.
  readonly stdout = { write: (text: string): void => host.write(STDOUT, text.toWellFormed()) }
  readonly stderr = { write: (text: string): void => host.write(STDERR, text.toWellFormed()) }
  #environment: Record<string, string> | undefined
  #identity: readonly number[] | undefined

  get env(): Record<string, string> {
    return (this.#environment ??= readEnvironment())
  }

  get execPath(): string {
    return checked<string>(host.readlink('/proc/self/exe'), 'readlink', '/proc/self/exe')
  }

  readonly geteuid = (): number => this.#numbers[0] ?? 0
  readonly getegid = (): number => this.#numbers[1] ?? 0
  readonly getgroups = (): readonly number[] => this.#numbers.slice(2)

  cwd(): string {
    return checked<string>(host.directory(), 'uv_cwd')
  }

  kill(process: number, signal: string | number): void {
    check(host.kill(process, signalNumber(signal)), 'kill')
  }

  override on(event: string, listener: Listener): this {
    const signal = SIGNAL_NUMBERS[event]
    if (signal !== undefined) host.listen(signal)
    return super.on(event, listener)
  }

  /** There is never more than one listener. */
  override off(event: string, listener: Listener): this {
    const signal = SIGNAL_NUMBERS[event]
    if (signal !== undefined) host.ignore(signal)
    return super.off(event, listener)
  }

  get #numbers(): readonly number[] {
    return (this.#identity ??= host.identity())
  }
}

function readEnvironment(): Record<string, string> {
  const environment: Record<string, string> = {}
  for (const entry of host.environment()) {
    const end = entry.indexOf('=')
    // Of two with one name the first counts, as in getenv(3).
    if (end > 0 && !Object.hasOwn(environment, entry.slice(0, end))) {
      environment[entry.slice(0, end)] = entry.slice(end + 1)
    }
  }
  return environment
}

export function signalNumber(signal: string | number): number {
  return typeof signal === 'number' ? signal : (SIGNAL_NUMBERS[signal] ?? 0)
}

/** The name of signal `number`. */
export function signalName(number: number): string | undefined {
  return Object.keys(SIGNAL_NUMBERS).find((name) => SIGNAL_NUMBERS[name] === number)
}

export const process = new Process()
