import { spawn, type ChildProcess } from 'node:child_process'
import { copyFileSync, existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { brokerState, type BrokerState } from './broker.ts'
import { identityOf, stageDirectory, stagedNode, userEnvironment, type ReportedError } from './scenario.ts'
import type { TestUser } from './users.ts'

/** How a child of the library ended, as `endOf` saw it. */
export interface ChildEnd {
  readonly exitCode?: number | null
  readonly signal?: NodeJS.Signals | null
  readonly stdout?: string
  readonly stderr?: string
  readonly error?: LibraryError
}

export interface LibraryError extends ReportedError {
  readonly isSandboxError: boolean
  readonly issues?: readonly {
    readonly path: readonly (string | number)[]
    readonly message: string
    readonly line?: number
  }[]
  readonly command?: string
}

export type Attempt<Value> =
  { readonly value: Value; readonly error?: never } | { readonly error: LibraryError; readonly value?: never }

/** What a function gets that runs in another process: it can use nothing else, but for JavaScript's and Node's globals. */
export interface Modules {
  readonly lib: typeof import('linux-sandbox')
  readonly attempt: <Value>(act: () => Value | Promise<Value>) => Promise<Attempt<Value>>
  readonly describeError: (error: unknown) => LibraryError
  readonly endOf: (child: ChildProcess) => Promise<ChildEnd>
  readonly childProcess: typeof import('node:child_process')
  readonly fs: typeof import('node:fs')
  readonly http: typeof import('node:http')
  readonly net: typeof import('node:net')
  readonly os: typeof import('node:os')
  readonly path: typeof import('node:path')
  readonly stream: typeof import('node:stream')
  readonly workerThreads: typeof import('node:worker_threads')
}

export interface ActOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  /** What `process.platform` is when the library is imported. */
  readonly platform?: string
  /** Own session, and so a process group whose number is the pid. */
  readonly detached?: boolean
  /** Whether the broker starts what it can. Default: as `SANDBOX_TEST_BROKER` says. */
  readonly broker?: BrokerState
}

/**
 * Runs `act` in a process of `user` that has imported the library and gives what it gave. `act` is sent as text, so it sees
 * only `Modules` and `input`.
 */
export async function withLibrary<Input, Output>(
  user: TestUser,
  input: Input,
  act: (modules: Modules, input: Input) => Output | Promise<Output>,
  options: ActOptions = {},
): Promise<Output> {
  const child = startWithLibrary(user, input, act, options)
  const written: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdio[3]?.on('data', (chunk: Buffer) => written.push(chunk))
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk))
  child.stdout?.resume()
  return await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (exitCode, signal) => {
      const text = Buffer.concat(written).toString()
      if (text !== '') resolve(JSON.parse(text) as Output)
      else
        reject(new Error(`the process ended with ${exitCode ?? signal}: ${Buffer.concat(stderr).toString()}`))
    })
  })
}

/** The process in which `act` runs, for a test that does something to it. */
export function startWithLibrary<Input, Output>(
  user: TestUser,
  input: Input,
  act: (modules: Modules, input: Input) => Output | Promise<Output>,
  { cwd = '/', env = userEnvironment(), platform, detached = false, broker = brokerState() }: ActOptions = {},
): ChildProcess {
  const child = spawn(stagedNode(), [actProgram()], {
    cwd,
    env,
    detached,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    ...identityOf(user),
  })
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(JSON.stringify({ source: act.toString(), input, platform, broker }))
  return child
}

/** In the stage, where it can import what is staged. Several processes of tests may arrive here at once. */
function actProgram(): string {
  const program = join(stageDirectory(), 'act.mjs')
  if (existsSync(program)) return program
  const partial = join(stageDirectory(), `act-${process.pid}.mjs`)
  copyFileSync(join(import.meta.dirname, 'act.mjs'), partial)
  renameSync(partial, program)
  return program
}
