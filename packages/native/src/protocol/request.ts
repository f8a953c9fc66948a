import type { ResourceName } from './resources.js'

/** In the resource's own unit, which setrlimit(2) tells. */
export type LimitValue = number | bigint | 'unlimited'

export interface ResourceLimit {
  readonly resource: ResourceName
  readonly soft: LimitValue
  readonly hard: LimitValue
}

/** What pid 1 of the sandbox does before and when it executes the command. */
export interface EnterRequest {
  /** The first word is looked up in the `PATH` of `env`, unless it holds a `/`. */
  readonly argv: readonly string[]
  /** All of the command's environment. */
  readonly env: Readonly<Record<string, string>>
  /** Absolute, as seen inside the sandbox. */
  readonly cwd: string
  /** A seccomp program: `struct sock_filter[]`. */
  readonly filter?: Uint8Array
  readonly limits?: readonly ResourceLimit[]
}

/** Something that has to exist while the launcher and what it starts run, because something is mounted on it. */
export interface Placeholder {
  /** Absolute, without empty, `.` or `..` components. */
  readonly path: string
  /** What is in it, at most 4096 bytes as UTF-8: it is a file. Without, it is an empty directory. */
  readonly content?: string
}

/**
 * What has to be mounted in the sandbox before the command starts, at a path that leads through no symbolic link:
 *
 * - `bound`: what is at `source` on the host while the sandbox is set up; `bound-read-only`: and it cannot be written
 * - `masked-file`: the null device, which cannot be opened there
 * - `masked-directory`: a directory in memory that can be neither listed nor written; `fresh-directory`: one in memory
 */
export type ExpectedMount =
  | {
      readonly expectation: 'bound' | 'bound-read-only'
      readonly target: string
      readonly source: string
    }
  | {
      readonly expectation: 'masked-file' | 'masked-directory' | 'fresh-directory'
      readonly target: string
    }

/** What `linux-sandbox-native supervise` is asked to do. */
export interface SuperviseRequest {
  /** Absolute path of bwrap. */
  readonly launcher: string
  /** All of its argv, `argv[0]` included, with `ENTER_PROGRAM` and `STATUS_SOCKET` where those belong. */
  readonly launcherArgv: readonly string[]
  /** For one more attempt, should the first launcher end before it gets to `enter`. */
  readonly fallbackArgv?: readonly string[]
  readonly enter: EnterRequest
  /** Absolute path of the registry of placeholders, a private directory whose parent exists. It is swept, and made if needed. */
  readonly registry?: string
  /** Parents first; at most 4096. Those that do not exist are made, and removed afterwards. They need a registry. */
  readonly placeholders?: readonly Placeholder[]
  /** At most 4096, in any order, no target twice. Unless all are as expected, the run fails and the command does not start. */
  readonly mounts?: readonly ExpectedMount[]
  /** Whether to end by the signal that ended the command, and not with 128 + its number. */
  readonly reraise: boolean
}
