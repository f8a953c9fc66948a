import { spawn } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunResult, SandboxOptions, SandboxRunOptions } from 'linux-sandbox'
import { onTestFinished } from 'vitest'
import { brokerState } from './broker.ts'
import { STAGE_VARIABLE } from './stage.ts'
import type { TestUser } from './users.ts'

/** A command in a sandbox. */
export interface Scenario {
  readonly sandbox: SandboxOptions
  readonly command: readonly [string, ...string[]]
  readonly run?: Omit<SandboxRunOptions, 'signal' | 'onSpawn' | 'encoding'>
}

/** The fields of an error that survive JSON. */
export interface ReportedError {
  readonly name: string
  readonly code: string
  readonly message: string
  readonly hint?: string
  readonly exitStatus: number
  readonly step?: string
  readonly errno?: number
}

export type Outcome =
  | { readonly result: RunResult; readonly error?: never }
  | { readonly error: ReportedError; readonly result?: never }

/** Runs `scenario` in a process of `user` and gives what the library gave. */
export async function runScenario(user: TestUser, scenario: Scenario): Promise<Outcome> {
  const { exitCode, stdout, stderr } = await runProgram(
    user,
    stagedNode(),
    [join(stageDirectory(), 'driver.mjs')],
    {
      input: JSON.stringify({ ...scenario, broker: brokerState() }),
    },
  )
  if (exitCode !== 0) throw new Error(`the driver ended with ${exitCode}: ${stderr}`)
  return JSON.parse(stdout) as Outcome
}

/** As `runScenario`, for a command that must have run. */
export async function runSandboxed(user: TestUser, scenario: Scenario): Promise<RunResult> {
  const { result, error } = await runScenario(user, scenario)
  if (error !== undefined) throw new Error(`the command did not run: ${error.message}`)
  return result
}

export interface ProgramOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  readonly input?: string | Uint8Array
}

export interface ProgramEnd {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs any program as `user`, without a sandbox of ours: for the twin of a test, and for the command line tools. */
export async function runProgram(
  user: TestUser,
  program: string,
  args: readonly string[],
  { cwd = '/', env = userEnvironment(), input = '' }: ProgramOptions = {},
): Promise<ProgramEnd> {
  const child = spawn(program, args, { cwd, env, ...identityOf(user) })
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  return await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (exitCode, signal) => {
      resolve({
        exitCode,
        signal,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      })
    })
  })
}

/** For `spawn`: nothing when this process is that user already. */
export function identityOf({ uid, gid }: TestUser): { uid?: number; gid?: number } {
  return process.geteuid?.() === uid ? {} : { uid, gid }
}

/** The environment that a test's program gets: none of the developer's. */
export function userEnvironment(): NodeJS.ProcessEnv {
  return { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8' }
}

/** The node of this process, where every user can execute it. */
export function stagedNode(): string {
  return join(stageDirectory(), 'node')
}

export type ProgramName = 'linux-sandbox' | 'codex-linux-sandbox'

/** The program of a package's `bin`, for every user. */
export function stagedProgram(name: ProgramName): string {
  const packageName = name === 'linux-sandbox' ? 'cli' : 'standalone'
  return join(stageDirectory(), 'node_modules/@linux-sandbox', packageName, 'bin', `${name}.mjs`)
}

/** A new directory of `user`, removed after the test. Canonical path. */
export function makeDirectory(user: TestUser): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'linux-sandbox-test-')))
  chmodSync(directory, 0o755)
  if (process.geteuid?.() === 0) chownSync(directory, user.uid, user.gid)
  // What a test has killed may still write there for a moment.
  onTestFinished(() => rmSync(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }))
  return directory
}

/** Where the packages are staged. */
export function stageDirectory(): string {
  const directory = process.env[STAGE_VARIABLE]
  if (directory === undefined)
    throw new Error('the packages are not staged: start the tests from the root of the repository')
  return directory
}
