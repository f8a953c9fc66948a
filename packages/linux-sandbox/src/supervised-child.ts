import type { ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'
import type { SandboxError } from '@linux-sandbox/errors'
import { encodeSuperviseRequest } from '@linux-sandbox/native'
import type { Backend, Launch } from './backend.js'
import { writeAtOnce } from './broker/write-at-once.js'
import { errorOfReport, nativeStartError, silentEndError } from './failure.js'
import type { Host } from './host.js'
import { nodeSpawnOptions, type SandboxSpawnOptions } from './options.js'
import { routingFor, type AddSlot } from './proxy/routing.js'
import type { Wiring } from './proxy/wiring.js'
import { RunReports } from './run-reports.js'
import { startSupervise } from './start-supervise.js'
import { stdioSlots } from './stdio.js'

/** A running `supervise`, what it was asked, and what it reports. */
export interface SupervisedChild {
  readonly child: ChildProcess
  readonly launch: Launch
  readonly reports: RunReports
}

export interface SupervisedOptions extends SandboxSpawnOptions {
  /** Of the opened launcher, which is then executed in place of what is at its path. */
  readonly launcherDescriptor?: number | undefined
  /** Those that `supervise` can make before it has the request. */
  readonly namespaces?: Backend['namespaces']
  /** The proxies that the command can reach. */
  readonly wiring?: Wiring | undefined
}

/**
 * Starts `supervise`, and sends it the launch that `prepare` makes meanwhile. The child is like Node's own: its streams are the
 * command's, its exit is the command's, and a signal that it is sent reaches the command. A failure before the command started
 * comes as an `error` event with a typed error in place of `exit`, as Node does for a program that is not there.
 *
 * @throws whatever `prepare` throws; nothing is left running then.
 */
export function spawnSupervised(
  prepare: () => Launch,
  host: Host,
  options: SupervisedOptions,
): SupervisedChild {
  const slots = stdioSlots(options.stdio)
  const granted = slots.length
  const addSlot: AddSlot = (item) => slots.push(item) - 1
  addSlot('pipe')
  const { launcherDescriptor: launcher, namespaces, wiring } = options
  const launcherSlot = launcher === undefined ? {} : { launcherDescriptor: addSlot(launcher) }
  const routing = routingFor(wiring, host, addSlot)
  const awaitChild = orElse(routing.abandon, () =>
    startSupervise({
      program: host.nativeProgram,
      slots,
      granted,
      namespaces,
      options: nodeSpawnOptions(options),
    }),
  )
  const prepared = attempt(() => {
    const launch = prepare()
    return {
      launch,
      request: encodeSuperviseRequest({ ...launch.request, ...launcherSlot, ...routing.request }),
    }
  })
  const child = orElse(routing.abandon, awaitChild)
  routing.attach(child)
  const control = takeControlSocket(child, granted)
  // `supervise` may be gone before it read the request; its exit tells why.
  control?.on('error', () => undefined)
  if ('error' in prepared) {
    abandon(child, control)
    routing.abandon()
    throw prepared.error
  }
  const { launch, request } = prepared
  if (control !== undefined) writeAtOnce(control, request)
  const reports = new RunReports()
  control?.on('data', (chunk: Buffer) => {
    const before = reports.started
    reports.take(chunk)
    const { started } = reports
    if (started !== undefined && started !== before) launch.noteStarted(started)
  })
  translateEvents(child, { control, reports, launch, program: host.nativeProgram })
  return { child, launch, reports }
}

/** What `act` gives, or throws. */
function attempt<Value extends object>(act: () => Value): Value | { readonly error: unknown } {
  try {
    return act()
  } catch (error) {
    return { error }
  }
}

function orElse<Value>(giveUp: () => void, act: () => Value): Value {
  try {
    return act()
  } catch (error) {
    giveUp()
    throw error
  }
}

/** Our end of the control socket, which is no stream of the command's. `undefined` when no process could be started. */
function takeControlSocket(child: ChildProcess, at: number): Socket | undefined {
  const streams = child.stdio as ChildProcess['stdio'] | undefined
  const control = streams?.splice(at)[0] as Socket | undefined
  if (control === undefined) return undefined
  // `unref` and `ref` of the child mean its control socket too, or that would keep this process alive.
  const { ref, unref } = child
  child.ref = () => {
    control.ref()
    ref.call(child)
  }
  child.unref = () => {
    control.unref()
    unref.call(child)
  }
  return control
}

/**
 * Ends a `supervise` that is sent no request, and so starts nothing. It sees the end of its socket, and reaps what it has made so far; killed,
 * it would leave that to init, which in a container may be a program that reaps nothing.
 */
function abandon(child: ChildProcess, control: Socket | undefined): void {
  child.on('error', () => undefined)
  control?.destroy()
}

interface Translation {
  readonly control: Socket | undefined
  readonly reports: RunReports
  readonly launch: Launch
  readonly program: string
}

/**
 * Holds back `exit` until every report has been read, gives `error` in its place when the command was not started, and turns Node's
 * own error for a program that cannot be started into ours.
 */
function translateEvents(child: ChildProcess, translation: Translation): void {
  const { control, program } = translation
  const emit = child.emit.bind(child) as (event: string, ...args: unknown[]) => boolean
  let isRead = control === undefined
  let exit: [status: number | null, signal: NodeJS.Signals | null] | undefined

  function release(): void {
    if (exit === undefined) return
    const args = exit
    exit = undefined
    const error = failureAfter(args[0], translation)
    if (error === undefined) emit('exit', ...args)
    else emit('error', error)
  }

  child.emit = (event: string, ...args: unknown[]): boolean => {
    if (event === 'error') return emit(event, nativeStartError(program, args[0]))
    if (event === 'exit') {
      exit = args as typeof exit
      if (isRead) release()
      return true
    }
    if (event === 'close') release()
    return emit(event, ...args)
  }
  control?.once('close', () => {
    isRead = true
    release()
  })
}

function failureAfter(
  status: number | null,
  { reports, launch, program }: Translation,
): SandboxError | undefined {
  if (reports.failed !== undefined) return errorOfReport(reports.failed, launch.request)
  if (reports.hasCome || status === null) return undefined
  return silentEndError(program, status)
}
