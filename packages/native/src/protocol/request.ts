import type { LIFETIMES, NamespaceName } from './constants.js'
import type { ResourceName } from './resources.js'

/** In the resource's own unit, which setrlimit(2) tells. */
export type LimitValue = number | bigint | 'unlimited'

export interface ResourceLimit {
  readonly resource: ResourceName
  readonly soft: LimitValue
  readonly hard: LimitValue
}

/** What lies at `path` and below may be done with: `access`, the LANDLOCK_ACCESS_FS_* of linux/landlock.h. */
export interface LandlockRule {
  /** Absolute and canonical: neither it nor a directory above is a symbolic link. Without effect where nothing is there. */
  readonly path: string
  /** Rights that the ruleset handles; on what is no directory only those that a file can have. */
  readonly access: bigint
}

/**
 * What the command cannot do, unless a rule allows it: masks of linux/landlock.h, not all of them 0, with no bit that the kernel
 * does not know.
 *
 * @see landlock(7)
 */
export interface LandlockRuleset {
  /** LANDLOCK_ACCESS_FS_*. */
  readonly handledAccessFs: bigint
  /** LANDLOCK_ACCESS_NET_*, since ABI 4. There are no rules for it: all of it is denied. */
  readonly handledAccessNet: bigint
  /** LANDLOCK_SCOPE_*, since ABI 6. */
  readonly scoped: bigint
  /** At most 4096. */
  readonly rules: readonly LandlockRule[]
}

/** What the first process of the sandbox does before and when it executes the command. */
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
  /**
   * What ends together with the command. `pid-namespace`, the default: the PID namespace, and `enter` refuses to be another than
   * its pid 1. `subreaper`: every descendant of `enter` is killed, in a PID namespace that others are in as well.
   */
  readonly lifetime?: keyof typeof LIFETIMES
  /** Whether `enter` takes all capabilities from itself. Else the launcher has to have done it. */
  readonly dropCapabilities?: boolean
  readonly landlock?: LandlockRuleset
  /**
   * Ports from 1024 up on 127.0.0.1 in the sandbox, each once and at most 16. `enter` listens there and gives the sockets away before
   * the command starts. It has to be in a network namespace of its own: elsewhere all of the host could connect.
   */
  readonly listeners?: readonly number[]
}

/**
 * Where the connections to a listener go:
 *
 * - `tcp`: a port of the host. The address is written as four decimal numbers, or as IPv6 without a zone.
 * - `unix`: a Unix stream socket of the host, by a path of less than 108 bytes, without empty, `.` or `..` components.
 * - `descriptor`: the listener itself is sent over a connected Unix stream socket that `supervise` inherits, together with `offer` (at
 *   most 4096 bytes). The other end has 30 seconds for saying `answer` (at most 256 bytes); without it the run fails. It accepts itself
 *   then. Several routes may have one descriptor: each is answered before the next is sent.
 */
export type Route =
  | { readonly kind: 'tcp'; readonly address: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }
  | {
      readonly kind: 'descriptor'
      /** Not one of the command's and not the control socket. */
      readonly descriptor: number
      readonly offer: Uint8Array
      readonly answer: Uint8Array
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

/**
 * One step that builds the file system of a native launch; a later one hides what an earlier one put at or below the same target. The
 * first one says what `/` starts with: `root`, or `mask-directory` or `tmpfs` at `/`; no other is one of these. Paths have no
 * empty, `.` or `..` component, and no symbolic link on the way: sources are those of the host, targets those of the sandbox. What is
 * missing is made only in what an earlier `mask-directory`, `tmpfs` or `dev` put there, never on the host.
 *
 * - `root`: the tree of the host with all its mounts; `bind`: what is at `source` with all its mounts; never set-user-ID
 * - `device`: as a `bind` in which devices can be used
 * - `dev`: a minimal one at `/dev`; `proc`: a fresh one at `/proc`, which needs the namespace `pid`
 * - `mask-directory`: an empty directory in memory that cannot be listed; `traversable`: something below it can be reached
 * - `mask-file`: the null device, which cannot be opened
 * - `directory`: an empty one with `mode`, unless there is one; `symlink`: with the text `to`
 * - `tmpfs`: an empty file system in memory
 * - `remount-read-only`: the mount at `target`, and none below it
 */
export type LaunchOperation =
  | { readonly type: 'root'; readonly access: 'read' | 'write'; readonly devices: boolean }
  | { readonly type: 'dev' | 'proc' }
  | {
      readonly type: 'bind'
      readonly source: string
      readonly target: string
      readonly access: 'read' | 'write'
    }
  | { readonly type: 'device'; readonly source: string; readonly target: string }
  | { readonly type: 'mask-directory'; readonly target: string; readonly traversable: boolean }
  | { readonly type: 'mask-file' | 'remount-read-only'; readonly target: string }
  | { readonly type: 'directory' | 'tmpfs'; readonly target: string; readonly mode: number }
  | { readonly type: 'symlink'; readonly target: string; readonly to: string }

/** What `linux-sandbox-native supervise` is asked to do. */
export interface SuperviseRequest {
  /**
   * Absolute path of bwrap. Without it, `launcherArgv` and `namespaces`, `enter` is started directly, in no namespace of its own: its
   * `lifetime` has to be `subreaper`, and there are neither placeholders nor mounts.
   */
  readonly launcher?: string
  /** All of its argv, `argv[0]` included, with `ENTER_PROGRAM` and `STATUS_SOCKET` where those belong. */
  readonly launcherArgv?: readonly string[]
  /**
   * Number of a descriptor that `supervise` inherits, of the opened launcher, a program and no script: it is executed in place of
   * what is at the path. Not one of the command's and not the control socket.
   */
  readonly launcherDescriptor?: number
  /**
   * Makes the launch native, in place of a launcher: `supervise` makes these namespaces itself, and always one of users and one of
   * mounts. It needs `operations`, and Linux 5.12. Without `pid` the `lifetime` has to be `subreaper`.
   */
  readonly namespaces?: readonly NamespaceName[]
  /** What a native launch mounts, in this order; 1 to 32768. */
  readonly operations?: readonly LaunchOperation[]
  /** All that is mounted instead when the first attempt failed at `proc`; at most 32768. Without it there is no second attempt. */
  readonly fallbackOperations?: readonly LaunchOperation[]
  /** For one more attempt, should the first launcher end before it gets to `enter`. */
  readonly fallbackArgv?: readonly string[]
  /**
   * How long `enter` may take to report, in milliseconds from the start of the first launcher. Then all is killed and the run fails:
   * step `launcher` with errno ETIMEDOUT. Without it there is no limit.
   */
  readonly setupTimeoutMs?: number
  readonly enter: EnterRequest
  /** As many as `enter` has listeners, in the same order. Those of kind `tcp` and `unix` need a launcher or `namespaces`. */
  readonly routes?: readonly Route[]
  /** What each endpoint of kind `tcp` or `unix` is told first on every connection, at most 1024 bytes. It needs such a route. */
  readonly preface?: Uint8Array
  /** A seccomp program for the process that copies to endpoints of kind `tcp` and `unix`. It needs such a route. */
  readonly relayFilter?: Uint8Array
  /** Absolute path of the registry of placeholders, a private directory whose parent exists. It is made if it is not there, and swept. */
  readonly registry?: string
  /** Parents first; at most 4096. Those that do not exist are made, and removed afterwards. They need a registry. */
  readonly placeholders?: readonly Placeholder[]
  /** At most 4096, in any order, no target twice. Unless all are as expected, the run fails and the command does not start. */
  readonly mounts?: readonly ExpectedMount[]
  /** Whether to end by the signal that ended the command, and not with 128 + its number. */
  readonly reraise: boolean
}
