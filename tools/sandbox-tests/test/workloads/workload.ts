import { chmodSync, chownSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { workspaceWrite, type RunResult } from 'linux-sandbox'
import { expect } from 'vitest'
import {
  makeDirectory,
  runProgram,
  runSandboxed,
  type ProgramEnd,
  type TestUser,
  TEST_BACKEND,
} from '../../support/index.ts'

export interface Workload {
  /** Files of the workspace, by relative path. */
  readonly files?: Readonly<Record<string, string>>
  readonly command: readonly [string, ...string[]]
  readonly env?: Readonly<Record<string, string>>
  readonly network?: 'restricted' | 'enabled'
}

/** A new workspace of `user` with these files. */
export function makeWorkspace(user: TestUser, files: Readonly<Record<string, string>> = {}): string {
  const workspace = makeDirectory(user)
  for (const [name, text] of Object.entries(files)) {
    const path = `${workspace}/${name}`
    for (const directory of missingParents(workspace, name)) make(user, directory)
    writeFileSync(path, text)
    chmodSync(path, 0o755)
    own(user, path)
  }
  return workspace
}

/** Runs it in a writable workspace without a network, with the workspace as home. */
export async function runInWorkspace(
  user: TestUser,
  workspace: string,
  { command, env = {}, network = 'restricted' }: Workload,
): Promise<RunResult> {
  return await runSandboxed(user, {
    sandbox: { profile: workspaceWrite({ root: workspace, network }), policyCwd: workspace },
    command,
    run: { cwd: workspace, env: environmentIn(workspace, env) },
  })
}

/** The same, without a sandbox. */
export async function runOutside(
  user: TestUser,
  workspace: string,
  { command: [program, ...args], env = {} }: Workload,
): Promise<ProgramEnd> {
  return await runProgram(user, program, args, { cwd: workspace, env: environmentIn(workspace, env) })
}

/** Runs it inside and outside, each in a workspace of its own: status and output must be the same, and the status 0. */
export async function expectSame(user: TestUser, workload: Workload): Promise<string> {
  const inside = makeWorkspace(user, workload.files)
  const outside = makeWorkspace(user, workload.files)
  const result = await runInWorkspace(user, inside, workload)
  const twin = await runOutside(user, outside, workload)
  expect({
    exitCode: result.exitCode,
    stdout: neutral(result.stdout, inside),
    stderr: neutral(result.stderr, inside),
  }).toEqual({
    exitCode: twin.exitCode,
    stdout: neutral(twin.stdout, outside),
    stderr: neutral(twin.stderr, outside),
  })
  expect(result).toMatchObject({ exitCode: 0, signal: null })
  expect(result.enforced).toMatchObject({ filesystem: TEST_BACKEND, network: 'private', seccomp: true })
  return neutral(result.stdout, inside)
}

function neutral(text: string, workspace: string): string {
  return text.replaceAll(workspace, '/workspace')
}

function environmentIn(workspace: string, env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8', HOME: workspace, ...env }
}

function missingParents(workspace: string, name: string): string[] {
  const parents: string[] = []
  for (let at = dirname(name); at !== '.'; at = dirname(at)) parents.unshift(`${workspace}/${at}`)
  return parents
}

function make(user: TestUser, directory: string): void {
  mkdirSync(directory, { recursive: true })
  own(user, directory)
}

function own({ uid, gid }: TestUser, path: string): void {
  if (process.geteuid?.() === 0) chownSync(path, uid, gid)
}
