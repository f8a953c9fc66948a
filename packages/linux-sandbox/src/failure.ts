import { dirname } from 'node:path'
import {
  CommandNotStartedError,
  NativeMissingError,
  SandboxSetupError,
  type SandboxError,
} from '@linux-sandbox/errors'
import { errnoOf } from '@linux-sandbox/host-probe'
import type { FailedReport, PathFailedReport, SuperviseRequest } from '@linux-sandbox/native'
import { errnoName } from './errno-name.js'
import { launcherError } from './launcher-failure.js'
import { nativeLaunchError, nativeMountError } from './native-failure.js'

/** Source: asm-generic/errno-base.h and errno.h. */
const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  E2BIG: 7,
  EAGAIN: 11,
  EACCES: 13,
  ENOTDIR: 20,
  EISDIR: 21,
  EMFILE: 24,
  ELOOP: 40,
  ESTALE: 116,
} as const

/**
 * The error for a run that failed before the command started, or `undefined` when it was told to end: then the signal that
 * ends `supervise` says all.
 */
export function errorOfReport(report: FailedReport, request: SuperviseRequest): SandboxError | undefined {
  switch (report.step) {
    case 'interrupted':
      return undefined
    case 'exec':
      return commandError(request.enter.argv[0] ?? '', report.errno)
    case 'cwd':
      return directoryError(request.enter.cwd, report.errno)
    case 'launcher':
      return launcherError(report, request)
    case 'placeholder':
      return placeholderError(report)
    case 'mounts':
      return mountError(report, request)
    case 'namespaces':
    case 'id-maps':
    case 'loopback':
    case 'root':
      return nativeLaunchError(report)
    case 'landlock':
      return landlockError(report)
    case 'registry':
      return registryError(request.registry ?? '', report.errno)
    default:
      return new SandboxSetupError(report, errnoName(report.errno), { hint: stepHint(report.step) })
  }
}

/** The error for a working directory that the command cannot be started in. */
export function directoryError(directory: string, errno: number, cause?: unknown): SandboxSetupError {
  return new SandboxSetupError(
    { step: 'cwd', errno },
    `cannot enter the working directory ${directory} (${errnoName(errno)})`,
    { cause, hint: 'use a directory that exists and that the policy lets the command read' },
  )
}

/** The error for a command that could not be executed. */
export function commandError(command: string, errno: number): CommandNotStartedError {
  if (errno === ERRNO.ENOENT) {
    const hint = command.includes('/')
      ? 'check the path, and that the policy lets the command read it'
      : 'check the spelling and PATH, and that the policy lets the command read it'
    return new CommandNotStartedError(command, errno, 'was not found', { hint })
  }
  return new CommandNotStartedError(command, errno, `could not be executed (${errnoName(errno)})`, {
    hint: executionHint(command, errno),
  })
}

function executionHint(command: string, errno: number): string {
  if (errno === ERRNO.EACCES) return `make it executable: chmod +x ${command}`
  if (errno === ERRNO.E2BIG)
    return 'shorten the arguments or the environment; one word alone has less than 128 KiB'
  return `look at it with: file ${command}`
}

/** The error for a native program that ended without a report: nothing is known of the command, so its status means nothing. */
export function silentEndError(program: string, status: number): NativeMissingError {
  return new NativeMissingError(`${program} ended with status ${status} without a report`, {
    hint: 'install linux-sandbox again: this is no native program, or not the one of this version',
  })
}

/** The error for a native program that could not be started; other errors are given back. */
export function nativeStartError(program: string, error: unknown): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (['ENOENT', 'EACCES', 'ENOEXEC'].includes(code)) {
    return new NativeMissingError(`${program} cannot be executed (${code})`, { cause: error })
  }
  if (['EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM'].includes(code)) {
    const hint = 'this process or user has reached a limit; see ulimit -a'
    return new SandboxSetupError(
      { step: 'spawn', errno: errnoOf(error) },
      `a process could not be started (${code})`,
      { cause: error, hint },
    )
  }
  return error
}

function placeholderError({ path, errno }: PathFailedReport): SandboxSetupError {
  const hint =
    errno === ERRNO.EMFILE
      ? 'raise the limit on open files: ulimit -n'
      : 'try again if something was changed there just now; else create it, or grant only reading of its parent'
  return new SandboxSetupError({ step: 'placeholder', errno }, placeholderReason(path, errno), { hint })
}

function placeholderReason(path: string, errno: number): string {
  const isThere = `${path} is protected and was missing, and now something is there that is no`
  if (errno === ERRNO.ENOTDIR) return `${isThere} directory`
  if (errno === ERRNO.EISDIR) return `${isThere} file`
  return `${path} is protected and missing, and no placeholder could be put there (${errnoName(errno)})`
}

/** What it comes to that something was put in place of what the plan was made for. */
const CHANGED: readonly number[] = [ERRNO.ENOENT, ERRNO.ENOTDIR, ERRNO.ELOOP, ERRNO.ESTALE]

function mountError({ path, errno }: PathFailedReport, { launcher }: SuperviseRequest): SandboxSetupError {
  const source = { step: 'mounts', errno } as const
  if (!CHANGED.includes(errno)) {
    if (launcher === undefined) return nativeMountError(path, errno)
    const hint = 'let this user pass through the directories on the way to it'
    return new SandboxSetupError(
      source,
      `what is mounted at ${path} cannot be verified (${errnoName(errno)})`,
      {
        hint,
      },
    )
  }
  return new SandboxSetupError(source, `${path} changed while the sandbox was set up`, {
    hint: 'try again; a program that can write there, such as the command of another sandbox, moved or replaced it or a directory above it',
  })
}

function landlockError({ path, errno }: PathFailedReport): SandboxSetupError {
  const source = { step: 'landlock', errno } as const
  if (path === '') {
    const hint = 'look at what the kernel has: linux-sandbox doctor'
    return new SandboxSetupError(source, `the kernel refused the ruleset (${errnoName(errno)})`, { hint })
  }
  return new SandboxSetupError(source, `no rule could be made for ${path} (${errnoName(errno)})`, {
    hint: CHANGED.includes(errno)
      ? 'try again: something was changed there just now'
      : 'let this user pass through the directories on the way to it',
  })
}

function registryError(path: string, errno: number): SandboxSetupError {
  const what = `the registry ${path} cannot be used (${errnoName(errno)})`
  return new SandboxSetupError({ step: 'registry', errno }, what, { hint: registryHint(path, errno) })
}

function registryHint(path: string, errno: number): string {
  switch (errno) {
    case ERRNO.ELOOP:
    case ERRNO.ENOTDIR:
      return `it has to be a directory and no link; look at who put it there: ls -ld ${path}`
    case ERRNO.EPERM:
      return `it is another user's; look at who put it there: ls -ld ${path}`
    case ERRNO.EACCES:
      return `nobody but you may have access to it: chmod 700 ${path}`
    case ERRNO.EAGAIN:
      return 'another process has locked it for long; try again'
    default:
      return `look at the file system that it is on: df ${dirname(path)}`
  }
}

const STEP_HINTS: Readonly<Record<string, string>> = {
  capabilities: 'the launcher left capabilities to the command; use an unmodified bwrap',
  listeners:
    'the loopback of the sandbox cannot be listened on; look at what the kernel has: linux-sandbox doctor',
  routes: 'nobody took the connections to a proxy, or this user has reached a limit: ulimit -a',
}

function stepHint(step: string): string {
  return STEP_HINTS[step] ?? 'this kernel or container refuses a call that the sandbox needs'
}
