import { spawn, type ChildProcess, type IOType } from 'node:child_process'
import { once } from 'node:events'
import type { Duplex, Readable, Writable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import {
  encodeSuperviseRequest,
  ENTER_PROGRAM,
  expectation,
  LAUNCHER_OPTIONS,
  ReportReader,
  STATUS_SOCKET,
  type EnterRequest,
  type Report,
  type SuperviseRequest,
} from '../../src/index.js'
import { BWRAP, type User } from './host.js'

const NAMESPACES = ['user', 'pid', 'ipc', 'uts', 'cgroup-try', 'net'].map((name) => `--unshare-${name}`)
const PROCESS = ['--as-pid-1', '--new-session', '--die-with-parent', ...NAMESPACES]
const MOUNTS = ['--bind', '/', '/', '--dev', '/dev', '--proc', '/proc']

/** What bwrap is told. `extra` comes before the end of the options. */
export function bwrapArgv(extra: readonly string[] = ['--cap-drop', 'ALL']): string[] {
  return ['bwrap', ...PROCESS, ...MOUNTS, ...extra, '--', ENTER_PROGRAM, 'enter', STATUS_SOCKET]
}

/** First of what bwrap is told, these have it wait for the rest. */
export const BWRAP_WAITS = ['--args', LAUNCHER_OPTIONS] as const

/** What is left of the host's PID namespace: bwrap without one of its own. */
export const INHERITED_PIDS: RequestParts = {
  launcherArgv: bwrapArgv().filter((word) => word !== '--as-pid-1' && word !== '--unshare-pid'),
  enter: { lifetime: 'subreaper' },
}

/** `enter` alone, with no namespace and no capability. */
export const WITHOUT_LAUNCHER: RequestParts = {
  isDirect: true,
  enter: { lifetime: 'subreaper', dropCapabilities: true },
}

/** Namespaces as those of bwrap above, and its mounts, made without it. */
export const NATIVE: RequestParts = {
  namespaces: ['pid', 'network', 'ipc', 'uts', 'cgroup'],
  operations: [{ type: 'root', access: 'write', devices: false }, { type: 'dev' }, { type: 'proc' }],
  enter: { dropCapabilities: true },
}

/** The same in the PID namespace of the host, and so with its /proc. */
export const NATIVE_INHERITED_PIDS: RequestParts = {
  namespaces: ['network', 'ipc', 'uts', 'cgroup'],
  operations: [{ type: 'root', access: 'write', devices: false }, { type: 'dev' }],
  enter: { lifetime: 'subreaper', dropCapabilities: true },
}

export type RequestParts = Partial<Omit<SuperviseRequest, 'enter'>> & {
  readonly enter?: Partial<EnterRequest>
  /** Whether there is no launcher, instead of bwrap. */
  readonly isDirect?: boolean
}

export function requestFor(
  argv: readonly string[],
  { enter, isDirect = false, ...parts }: RequestParts = {},
): Uint8Array {
  return encodeSuperviseRequest({
    ...(isDirect || parts.namespaces !== undefined ? {} : { launcher: BWRAP, launcherArgv: bwrapArgv() }),
    reraise: false,
    enter: { argv, env: { PATH: '/usr/bin:/bin' }, cwd: '/', ...enter },
    ...parts,
  })
}

/** Both, with what `others` replaces. */
export function withParts({ enter, ...parts }: RequestParts, others: RequestParts): RequestParts {
  return { ...parts, ...others, enter: { ...enter, ...others.enter } }
}

export interface Start {
  readonly program: string
  readonly user?: User
  /** Sent as they are, one after the other. */
  readonly pieces: readonly Uint8Array[]
  /** Half-closes the control socket behind the last piece. */
  readonly hasEnd?: boolean
  /** What lies between stderr and the control socket. */
  readonly extra?: readonly (IOType | number)[]
  /** What lies behind the control socket. */
  readonly behind?: readonly (IOType | 'ipc')[]
  /** How many descriptors are the command's; all that lie below the control socket. */
  readonly granted?: number
  /** What it is told of the request beforehand, as namespaces or as the number itself. */
  readonly expected?: RequestParts['namespaces'] | number
  /** Arguments before `supervise`, for a `program` that becomes the native one. */
  readonly prefix?: readonly string[]
}

export interface Outcome {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly reports: readonly Report[]
  readonly stdout: Buffer
  readonly stderr: Buffer
}

export interface Run {
  readonly child: ChildProcess
  readonly control: Duplex
  readonly stdin: Writable
  readonly stdout: Readable
  /** Resolves when stdout has had `text`. */
  readonly said: (text: string) => Promise<void>
  readonly started: Promise<void>
  readonly done: Promise<Outcome>
}

/** Starts `supervise` with pipes for the streams. */
export function start({
  program,
  user,
  pieces,
  hasEnd = false,
  extra = [],
  behind = [],
  granted,
  expected,
  prefix = [],
}: Start): Run {
  const number = 3 + extra.length
  const numbers = [number, granted ?? number, process.pid]
  const hint = typeof expected === 'number' ? expected : expectation(expected)
  const told = hint === 0 ? [] : ['-', String(hint)]
  const child = spawn(program, [...prefix, 'supervise', ...numbers.map(String), ...told], {
    env: {},
    stdio: ['pipe', 'pipe', 'pipe', ...extra, 'pipe', ...behind],
    ...(user?.uid === undefined ? {} : { uid: user.uid, gid: user.uid }),
  })
  const control = child.stdio[number] as Duplex
  const stdin = child.stdin as Writable
  const stdout = child.stdout as Readable
  const reports: Report[] = []
  const started = readReports(control, reports)
  control.on('error', () => {}) // EPIPE: a malformed request is refused before it has been read
  stdin.on('error', () => {})
  for (const piece of pieces) control.write(piece)
  if (hasEnd) control.end()
  const done = collect(child, control, reports)
  return { child, control, stdin, stdout, said: (text) => waitForText(stdout, text), started, done }
}

function readReports(control: Duplex, reports: Report[]): Promise<void> {
  const reader = new ReportReader()
  return new Promise((resolve) => {
    control.on('data', (chunk: Buffer) => {
      reports.push(...reader.push(chunk))
      if (reports.some(({ kind }) => kind === 'started')) resolve()
    })
  })
}

async function collect(child: ChildProcess, control: Duplex, reports: Report[]): Promise<Outcome> {
  const closed = new Promise((resolve) => control.once('close', resolve))
  const exit = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  const [stdout, stderr, [exitCode, signal]] = await Promise.all([
    buffer(child.stdout as Readable),
    buffer(child.stderr as Readable),
    exit,
  ])
  if (!control.destroyed) control.end()
  await closed
  return { exitCode, signal, reports, stdout, stderr }
}

function waitForText(stream: Readable, text: string): Promise<void> {
  let seen = ''
  return new Promise((resolve) => {
    stream.on('data', (chunk: Buffer) => {
      seen += chunk.toString('latin1')
      if (seen.includes(text)) resolve()
    })
  })
}

/** Runs `argv` to its end. */
export function run(
  { program, user }: Pick<Start, 'program' | 'user'>,
  argv: readonly string[],
  parts: RequestParts = {},
): Promise<Outcome> {
  const started = start({ program, ...(user ? { user } : {}), pieces: [requestFor(argv, parts)] })
  started.stdin.end()
  return started.done
}
