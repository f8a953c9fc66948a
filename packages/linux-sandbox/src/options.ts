import type { SpawnOptions, StdioOptions } from 'node:child_process'
import type { PermissionProfile } from '@linux-sandbox/policy'
import type { ResourceLimits } from './limits.js'

/** What one sandbox is. */
export interface SandboxOptions {
  /** What the command may do: a preset, or a profile as JSON gives it. */
  readonly profile: PermissionProfile
  /** What `project_roots` means in the profile. Absolute. Default: the working directory of this process. */
  readonly policyCwd?: string
  /** What `tmpdir` means in the profile. Default: `$TMPDIR` of this process. */
  readonly tmpdir?: string
  /** `host` keeps the host's `/proc` visible and read-only. Default `fresh`: only the command's own processes. */
  readonly proc?: 'fresh' | 'host'
  /** Resources the command may use. Off unless given. */
  readonly limits?: ResourceLimits
  /** Lets the command make namespaces and mounts of its own, for sandboxes inside the sandbox. Default `false`. */
  readonly nestedSandbox?: boolean
}

/** As for `spawn` of `node:child_process`, with the same defaults. */
export interface SandboxSpawnOptions {
  /** Working directory of the command. Default: the one of this process. */
  readonly cwd?: string | URL
  /** The whole environment of the command. Default: the one of this process. */
  readonly env?: NodeJS.ProcessEnv
  /** All forms of Node but `ipc`. Descriptors above 2 reach the command under the same numbers; no others do. */
  readonly stdio?: StdioOptions
  /** Ends the command when aborted. */
  readonly signal?: AbortSignal
  /** What `signal` and `timeout` send. Default `SIGTERM`. */
  readonly killSignal?: NodeJS.Signals | number
  /** Milliseconds after which `killSignal` is sent. */
  readonly timeout?: number
  /** Own session: signals of this process's terminal do not reach the command. */
  readonly detached?: boolean
  /** Runs the command by `/bin/sh -c`, or by the shell named. */
  readonly shell?: boolean | string
}

const SPAWN_KEYS: Readonly<Record<keyof SandboxSpawnOptions, true>> = {
  cwd: true,
  env: true,
  stdio: true,
  signal: true,
  killSignal: true,
  timeout: true,
  detached: true,
  shell: true,
}

const SANDBOX_KEYS: Readonly<Record<keyof SandboxOptions, true>> = {
  profile: true,
  policyCwd: true,
  tmpdir: true,
  proc: true,
  limits: true,
  nestedSandbox: true,
}

/** @throws {TypeError} for an option that does not exist: a typo in a sandbox must not be ignored. */
export function checkSandboxOptions(options: object): void {
  checkKeys(options, SANDBOX_KEYS)
}

/** @throws {TypeError} for an option that does not exist, and for an IPC channel, of which the command would know nothing. */
export function checkSpawnOptions(options: SandboxSpawnOptions, also: readonly string[] = []): void {
  checkKeys(options, { ...SPAWN_KEYS, ...Object.fromEntries(also.map((key) => [key, true])) })
  if (Array.isArray(options.stdio) && options.stdio.includes('ipc')) {
    throw new TypeError("stdio cannot have 'ipc': it ends at the sandbox; use a 'pipe' at 3 or above")
  }
}

function checkKeys(options: object, known: Readonly<Record<string, true>>): void {
  const unknown = Object.keys(options).filter((key) => !Object.hasOwn(known, key))
  if (unknown.length === 0) return
  throw new TypeError(`unknown option ${unknown.join(', ')}; known are ${Object.keys(known).join(', ')}`)
}

/** The part of the options that Node's own `spawn` acts on. */
export function nodeSpawnOptions(options: SandboxSpawnOptions): SpawnOptions {
  const { signal, killSignal, timeout, detached } = options
  return {
    ...(signal === undefined ? {} : { signal }),
    ...(killSignal === undefined ? {} : { killSignal }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(detached === undefined ? {} : { detached }),
  }
}
