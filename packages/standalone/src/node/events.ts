import { facts, host } from '../host.js'
import type { ChildProcess, ControlSocket } from './child-process.js'
import { process, signalName } from './process.js'

/** What `host.wait` leaves in the facts: native/events.c. */
const SIGNAL = 0
const DATA = 1
const CLOSED = 2

interface Running {
  readonly child: ChildProcess
  readonly control: ControlSocket | undefined
}

/** There is never more than one child. */
let running: Running | undefined
let isOpen = false
let isAlive = false
let exit: [status: number | null, signal: string | null] = [null, null]

export function setChild(child: ChildProcess, control?: ControlSocket): void {
  running = { child, control }
  isOpen = control !== undefined
  isAlive = true
}

/** Whether there is something left to wait for. */
export function hasChild(): boolean {
  return isOpen || isAlive
}

/** Waits for the next event and tells whoever listens. */
export function deliverNext(): void {
  const bytes = host.wait()
  const [kind, number = 0] = facts
  if (kind === SIGNAL) emitSignal(number)
  else if (kind === DATA) running?.control?.emit('data', bytes)
  else if (kind === CLOSED) close()
  else end(number)
}

function emitSignal(number: number): void {
  const name = signalName(number)
  if (name !== undefined) process.emit(name, name, number)
}

function close(): void {
  isOpen = false
  running?.control?.emit('close')
  emitCloseAtEnd()
}

/** @param status - as wait(2) gives it */
function end(status: number): void {
  isAlive = false
  const signal = status & 0x7f
  exit = signal === 0 ? [status >> 8, null] : [null, signalName(signal) ?? null]
  running?.child.emit('exit', ...exit)
  emitCloseAtEnd()
}

function emitCloseAtEnd(): void {
  if (!hasChild()) running?.child.emit('close', ...exit)
}
