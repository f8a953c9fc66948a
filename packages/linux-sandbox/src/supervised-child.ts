import { spawn, type ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'
import { encodeSuperviseRequest, ReportReader, type StartedReport } from '@linux-sandbox/native'
import type { SandboxError } from '@linux-sandbox/errors'
import { errorOfReport, nativeStartError, silentEndError } from './failure.js'
import type { Host } from './host.js'
import type { Launch } from './launch.js'
import { nodeSpawnOptions, type SandboxSpawnOptions } from './options.js'
import { stdioSlots } from './stdio.js'

/** A running `supervise`, and what it has reported. */
export interface SupervisedChild {
  readonly child: ChildProcess
  /** The report that the command was started, once it came. */
  readonly started: () => StartedReport | undefined
}

/**
 * Starts `supervise` with `launch`. The child is Node's own: its streams are the command's, its exit is the command's, and a
 * signal that it is sent reaches the command. A failure before the command started comes as an `error` event with a typed
 * error in place of `exit`, as Node does for a program that is not there.
 */
export function spawnSupervised(launch: Launch, host: Host, options: SandboxSpawnOptions): SupervisedChild {
  const slots = stdioSlots(options.stdio)
  const request = encodeSuperviseRequest(launch.request)
  const child = spawn(
    host.nativeProgram,
    ['supervise', String(slots.length), String(slots.length), String(process.pid)],
    {
      ...nodeSpawnOptions(options),
      stdio: [...slots, 'pipe'],
      cwd: '/',
      env: {},
    },
  )
  // Absent when no process could be started.
  const control = (child.stdio as typeof child.stdio | undefined)?.splice(slots.length, 1)[0] as
    Socket | undefined
  let started: StartedReport | undefined
  let failure: SandboxError | undefined
  let hasReported = false

  const reader = new ReportReader()
  control?.on('data', (chunk: Buffer) => {
    for (const report of reader.push(chunk)) {
      hasReported = true
      if (report.kind === 'failed') failure = errorOfReport(report, launch.request)
      if (report.kind !== 'started') continue
      started = report
      if (report.attempt === 'fallback') host.refusesFreshProc = true
    }
  })
  // `supervise` may be gone before it read the request; its exit tells why.
  control?.on('error', () => undefined)
  control?.write(request)

  if (control !== undefined) {
    reportFailureForExit(child, control, (status) => {
      if (hasReported || status === null) return failure
      return silentEndError(host.nativeProgram, status)
    })
    shareReference(child, control)
  }
  translateStartError(child, host.nativeProgram)
  return { child, started: () => started }
}

/** Holds back `exit` until every report has been read, and gives `error` in its place when one is a failure. */
function reportFailureForExit(
  child: ChildProcess,
  control: Socket,
  failureAfter: (status: number | null) => SandboxError | undefined,
): void {
  const emit = child.emit.bind(child) as (event: string, ...args: unknown[]) => boolean
  let isClosed = false
  let exit: [status: number | null, signal: NodeJS.Signals | null] | undefined

  function release(): void {
    if (exit === undefined) return
    const args = exit
    exit = undefined
    const error = failureAfter(args[0])
    if (error === undefined) emit('exit', ...args)
    else emit('error', error)
  }

  child.emit = (event: string, ...args: unknown[]): boolean => {
    if (event === 'exit') {
      exit = args as typeof exit
      if (isClosed) release()
      return true
    }
    if (event === 'close') release()
    return emit(event, ...args)
  }
  control.once('close', () => {
    isClosed = true
    release()
  })
}

/** Node's error for a program that cannot be started, as ours. */
function translateStartError(child: ChildProcess, program: string): void {
  const emit = child.emit.bind(child) as (event: string, ...args: unknown[]) => boolean
  child.emit = (event: string, ...args: unknown[]): boolean =>
    event === 'error' ? emit(event, nativeStartError(program, args[0])) : emit(event, ...args)
}

/** `unref` and `ref` of the child mean its control socket too, or that would keep this process alive. */
function shareReference(child: ChildProcess, control: Socket): void {
  const { ref, unref } = child
  child.ref = () => {
    control.ref()
    ref.call(child)
  }
  child.unref = () => {
    control.unref()
    unref.call(child)
  }
}
