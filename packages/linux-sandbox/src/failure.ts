import { getSystemErrorName } from 'node:util'
import { CommandNotStartedError, SandboxSetupError, type SandboxError } from '@linux-sandbox/errors'
import { describeUserNamespaces } from '@linux-sandbox/host-probe'
import type { FailedReport, LauncherFailedReport, SuperviseRequest } from '@linux-sandbox/native'

/** Source: asm-generic/errno-base.h. */
const ERRNO = { ENOENT: 2, EACCES: 13 } as const

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
      return launcherError(report, request.launcher)
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
  const hint =
    errno === ERRNO.EACCES ? `make it executable: chmod +x ${command}` : `look at it with: file ${command}`
  return new CommandNotStartedError(command, errno, `could not be executed (${errnoName(errno)})`, { hint })
}

function launcherError(
  { text, exitCode, signal }: LauncherFailedReport,
  launcher: string,
): SandboxSetupError {
  const said = text.trim().replaceAll('\n', '; ')
  const ended = signal === null ? `ended with status ${exitCode}` : `was ended by signal ${signal}`
  const reason = said === '' ? `${launcher} ${ended}` : said
  return new SandboxSetupError({ step: 'launcher', errno: 0 }, reason, { hint: launcherHint(said, launcher) })
}

/** What bwrap says, in every version seen so far, when the kernel refuses it a namespace. */
const REFUSED_NAMESPACE =
  /No permissions to create|creat\w* new namespace failed|setting up uid map|Failed RTM_NEW|pivot_root/i

function launcherHint(said: string, launcher: string): string {
  const namespaces = describeUserNamespaces(process.geteuid?.() === 0)
  if (namespaces.kind === 'forbidden' && REFUSED_NAMESPACE.test(said)) {
    return `this host forbids user namespaces by ${namespaces.setting} = ${namespaces.value}; an administrator can change it`
  }
  if (REFUSED_NAMESPACE.test(said)) {
    return 'something on this host refuses user namespaces; in a container, allow them (Docker: --security-opt seccomp=unconfined)'
  }
  return `try it alone: ${launcher} --unshare-user --ro-bind / / true`
}

function stepHint(step: string): string {
  return step === 'capabilities'
    ? 'the launcher left capabilities to the command; use an unmodified bwrap'
    : 'this kernel or container refuses a call that the sandbox needs'
}

function errnoName(errno: number): string {
  return errno === 0 ? 'no error number' : getSystemErrorName(-errno)
}
