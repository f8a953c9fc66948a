import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { onTestFinished } from 'vitest'
import { identityOf, userEnvironment, type ProgramEnd, type ProgramName } from './scenario.ts'
import { stagedCall, TESTED_PROGRAMS } from './standalone.ts'
import type { TestUser } from './users.ts'

/** A process as seen from outside: its number alone may be another's by the next look. */
export interface ProcessMark {
  readonly pid: number
  /** Clock ticks since boot. */
  readonly startTime: string
  readonly commandLine: string
}

/** A started program that a test talks to. */
export interface StartedProgram {
  readonly child: ChildProcess
  readonly pid: number
  /** Resolves once stdout holds `text`; rejects when the program ends before. */
  readonly wrote: (text: string) => Promise<void>
  readonly ended: Promise<ProgramEnd>
}

export interface StartOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  readonly stdio?: StdioOptions
  readonly detached?: boolean
}

/** Starts `program` as `user`. Killed after the test if it still runs. */
export function startProgram(
  user: TestUser,
  program: string,
  args: readonly string[],
  { cwd = '/', env = userEnvironment(), stdio = 'pipe', detached = false }: StartOptions = {},
): StartedProgram {
  return follow(spawn(program, args, { cwd, env, stdio, detached, ...identityOf(user) }))
}

/** Follows a child that has been started. */
export function follow(child: ChildProcess): StartedProgram {
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (chunk: string) => (texts[name] += chunk))
  }
  child.stdin?.on('error', () => undefined)
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = new Promise<ProgramEnd>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (exitCode, signal) => resolve({ exitCode, signal, ...texts }))
  })
  ended.catch(() => undefined)
  async function wrote(text: string): Promise<void> {
    const isThere = (): boolean => texts.stdout.includes(text)
    const early = ended.then((end) => {
      if (!isThere()) throw new Error(`ended without writing ${text}: ${JSON.stringify(end)}`)
    })
    await Promise.race([until(isThere), early])
  }
  return { child, pid: child.pid ?? 0, wrote, ended }
}

/** Looks again and again until `isSo`. The time is a guard, not a measure. */
export async function until(isSo: () => boolean, withinMs = 20_000): Promise<void> {
  const deadline = Date.now() + withinMs
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error(`not so within ${withinMs} ms: ${isSo.toString()}`)
    await delay(10)
  }
}

/** How a program of the two is called: its name, and the words before the command. */
export interface Launcher {
  readonly name: ProgramName
  readonly wordsFor: (workspace: string) => readonly string[]
}

/** Reads everything, writes the workspace. */
export function workspaceProfileJson(
  workspace: string,
  network: 'restricted' | 'enabled' = 'restricted',
): string {
  const entries = [
    { path: { type: 'special', value: { kind: 'root' } }, access: 'read' },
    { path: { type: 'path', path: workspace }, access: 'write' },
  ]
  return JSON.stringify({ type: 'managed', file_system: { type: 'restricted', entries }, network })
}

const ALL_LAUNCHERS: readonly Launcher[] = [
  { name: 'linux-sandbox', wordsFor: (workspace) => ['run', '-C', workspace, '--'] },
  {
    name: 'codex-linux-sandbox',
    wordsFor: (workspace) => [
      '--sandbox-policy-cwd',
      workspace,
      '--command-cwd',
      workspace,
      '--permission-profile',
      workspaceProfileJson(workspace),
      '--',
    ],
  },
]

/** Both programs, or the one that is tested, for `test.each`. */
export const LAUNCHERS = ALL_LAUNCHERS.filter(({ name }) => TESTED_PROGRAMS.includes(name))

/** Program and arguments that run `command` by `launcher`. */
export function launcherWords(
  launcher: Launcher,
  workspace: string,
  command: readonly string[],
): [string, string[]] {
  return stagedCall(launcher.name, [...launcher.wordsFor(workspace), ...command])
}

/** Every process that descends from `pid`, itself left out. */
export function descendantsOf(pid: number): ProcessMark[] {
  const children = new Map<number, (ProcessMark & { parent: number })[]>()
  for (const entry of readdirSync('/proc')) {
    const found = /^\d+$/.test(entry) ? describeProcess(Number(entry)) : undefined
    if (found === undefined) continue
    children.set(found.parent, [...(children.get(found.parent) ?? []), found])
  }
  const below = (parent: number): ProcessMark[] =>
    (children.get(parent) ?? []).flatMap(({ parent: _parent, ...mark }) => [mark, ...below(mark.pid)])
  return below(pid)
}

/** Those of `marks` that still run. A zombie does not. */
export function survivorsOf(marks: readonly ProcessMark[]): ProcessMark[] {
  return marks.filter((mark) => {
    const now = describeProcess(mark.pid)
    return now !== undefined && now.startTime === mark.startTime && now.state !== 'Z' && now.state !== 'X'
  })
}

/** Those processes of the machine whose arguments hold `text`. */
export function processesWith(text: string): ProcessMark[] {
  return readdirSync('/proc').flatMap((entry) => {
    const found = /^\d+$/.test(entry) ? describeProcess(Number(entry)) : undefined
    return found !== undefined && found.commandLine.includes(text) ? [found] : []
  })
}

/** An argument of `sleep` that no other process has. */
export function uniqueSeconds(): string {
  return `${1000 + Math.floor(Math.random() * 9000)}.${process.pid}${Math.floor(Math.random() * 1e9)}`
}

/** The fields of proc_pid_stat(5) are counted after the name, which can hold spaces and brackets. */
function describeProcess(pid: number): (ProcessMark & { parent: number; state: string }) | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const [state = '', parent = '', ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
    return { pid, parent: Number(parent), state, startTime: rest[17] ?? '', commandLine }
  } catch {
    return undefined
  }
}
