import { spawn, type ChildProcess } from 'node:child_process'
import { lstatSync, readdirSync } from 'node:fs'
import type { Duplex } from 'node:stream'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import {
  encodeSuperviseRequest,
  ENTER_PROGRAM,
  ReportReader,
  STATUS_SOCKET,
  type Placeholder,
  type Report,
} from '@linux-sandbox/native'
import { identityOf, stageDirectory, type TestUser } from '../../support/index.ts'

const ARCHS: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' }

/** The native program, where every user can execute it. */
export function stagedNative(): string {
  const arch = ARCHS[process.arch] ?? process.arch
  return join(stageDirectory(), 'node_modules/@linux-sandbox/native/bin', arch, 'linux-sandbox-native')
}

export interface Supervised {
  readonly registry: string
  /** What has to exist, and is mounted read-only. */
  readonly placeholders: readonly Placeholder[]
  /** A line of the shell. */
  readonly line: string
  readonly cwd?: string
  /** Options of bwrap in place of read-only binds of the placeholders on themselves. */
  readonly mounts?: readonly string[]
}

export interface SupervisedEnd {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly reports: readonly Report[]
}

export interface SupervisedRun {
  readonly child: ChildProcess
  readonly started: Promise<void>
  readonly ended: Promise<SupervisedEnd>
}

const NAMESPACES = ['user', 'pid', 'ipc', 'uts', 'net'].map((name) => `--unshare-${name}`)

/** A request in which everything can be written but the placeholders. */
export function requestOf({ registry, placeholders, line, cwd = '/', mounts }: Supervised): Uint8Array {
  const base = ['--bind', '/', '/', '--dev', '/dev', '--proc', '/proc']
  const protections = mounts ?? placeholders.flatMap(({ path }) => ['--ro-bind', path, path])
  const options = ['--as-pid-1', '--new-session', '--die-with-parent', ...NAMESPACES, ...base]
  return encodeSuperviseRequest({
    launcher: '/usr/bin/bwrap',
    launcherArgv: [
      ...['bwrap', ...options, ...protections, '--cap-drop', 'ALL'],
      ...['--', ENTER_PROGRAM, 'enter', STATUS_SOCKET],
    ],
    reraise: false,
    registry,
    placeholders,
    enter: { argv: ['/bin/sh', '-c', line], env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent' }, cwd },
  })
}

/** Starts `supervise` as `user`. Killed after the test if it still runs. */
export function startSupervised(user: TestUser, supervised: Supervised): SupervisedRun {
  const child = spawn(stagedNative(), ['supervise', '3', '3', String(process.pid)], {
    env: {},
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
    ...identityOf(user),
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const control = child.stdio[3] as Duplex
  const reader = new ReportReader()
  const reports: Report[] = []
  let stdout = ''
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk))
  control.on('error', () => undefined)
  const started = new Promise<void>((resolve) => {
    control.on('data', (chunk: Buffer) => {
      reports.push(...reader.push(chunk))
      if (reports.some(({ kind }) => kind === 'started')) resolve()
    })
  })
  control.write(requestOf(supervised))
  const closed = new Promise<void>((resolve) => control.once('close', () => resolve()))
  const ended = new Promise<SupervisedEnd>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (exitCode, signal) => {
      void closed.then(() => resolve({ exitCode, signal, stdout, reports }))
    })
  })
  return { child, started, ended }
}

/** Starts a command under `supervise` and kills that, so that its placeholders and what the registry says of them stay. */
export async function leaveBehind(user: TestUser, supervised: Omit<Supervised, 'line'>): Promise<void> {
  const run = startSupervised(user, { ...supervised, line: 'exec sleep 300' })
  await run.started
  run.child.kill('SIGKILL')
  await run.ended
}

/** Starts one that has no placeholders of its own: it only sweeps. */
export async function sweepRegistry(user: TestUser, registry: string): Promise<void> {
  await startSupervised(user, { registry, placeholders: [], line: 'true' }).ended
}

/** The files of those who rely on placeholders, or are said to. */
export function ownersIn(registry: string): string[] {
  return readdirSync(registry).filter((name) => name.startsWith('owner-'))
}

/** Everything below `directory` and itself: type and mode, time of the last change of content, size. */
export function listingOf(directory: string): string[] {
  const names = ['.', ...(readdirSync(directory, { recursive: true }) as string[])]
  return names.toSorted().map((name) => {
    const { mode, mtimeNs, size, uid } = lstatSync(join(directory, name), { bigint: true })
    return `${name} ${mode.toString(8)} ${uid} ${mtimeNs} ${size}`
  })
}

/** How the processes of a run are ended. */
export type Ending = 'exit' | 'SIGTERM' | 'SIGINT' | 'SIGKILL'
