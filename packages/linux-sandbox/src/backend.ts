import type { DiskView } from '@linux-sandbox/mount-plan'
import type { EnterRequest, NamespaceName, StartedReport, SuperviseRequest } from '@linux-sandbox/native'
import type { SandboxOptions } from './options.js'
import type { Enforced, Violation } from './result.js'

/** For what is the same for every command. */
export const ANY_COMMAND: EnterRequest = { argv: ['true'], env: {}, cwd: '/' }

/**
 * How many commands a sandbox is for. One that is for many is tried when it is made, so that a policy that cannot be enforced fails there.
 * With one command, which is started at once, that would be the same work twice.
 */
export type CommandCount = 'one' | 'many'

/** What a backend is made for. */
export interface Making {
  readonly options: SandboxOptions
  readonly commands: CommandCount
  /** What is seen of the disk while the sandbox is made. */
  readonly disk: DiskView
}

/** One way to confine the commands of one sandbox, on this host. */
export interface Backend {
  /** The seccomp program for every command. */
  readonly filter: Uint8Array
  /**
   * The descriptor through which the launcher of the next command is to be executed; `undefined` where it is executed by its path, or
   * there is none.
   *
   * @throws {BwrapDigestMismatchError} when the launcher has been altered.
   */
  readonly launcherDescriptor: () => number | undefined
  /** The namespaces of a native launch, which are made while the command is prepared; `undefined` where it is no native launch. */
  readonly namespaces: readonly NamespaceName[] | undefined
  /**
   * What starts one command.
   *
   * @param disk - as it is now. What has been seen of it for another command is too old: meanwhile that one may have changed it.
   * @throws {PolicyUnsupportedError} when the policy cannot be enforced on this disk.
   */
  readonly prepare: (enter: EnterRequest, disk: DiskView) => Launch
}

/** What is sent to `supervise` for one command, and what is known of the sandbox that this makes. */
export interface Launch {
  readonly request: SuperviseRequest
  /** Takes note of how the command was started. */
  readonly noteStarted: (started: StartedReport) => void
  /** What holds the command in; `started` is missing while it has not been started. */
  readonly enforced: (started: StartedReport | undefined) => Enforced
  /** Looks at what the host could change meanwhile. What it returns tells, when the command has ended, what was changed. */
  readonly watch: () => () => readonly Violation[]
}
