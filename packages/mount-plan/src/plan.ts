import type { AbsolutePath, Origin } from '@linux-sandbox/policy'

/** Why an operation is in the plan: the entry of the policy, or a rule of ours. */
export type Cause =
  | { readonly kind: 'entry'; readonly origin: Origin }
  | { readonly kind: 'protected-name'; readonly name: string; readonly reason: string }
  /** `repository`: a git directory, or what leads to one. */
  | { readonly kind: 'git'; readonly repository: AbsolutePath; readonly reason: string }
  /** `path` is one of `PLATFORM_DEFAULT_PATHS`. */
  | { readonly kind: 'platform-default'; readonly path: AbsolutePath }
  | { readonly kind: 'base'; readonly reason: string }

/**
 * One step that builds the file system of the sandbox. The order matters: a later operation hides what an earlier one
 * put at or below the same target. Sources are paths of the host, targets are paths of the sandbox.
 */
export type MountOperation =
  /** The whole host tree at `/`, with all its mounts. */
  | {
      readonly type: 'root'
      readonly access: 'read' | 'write'
      readonly devices: boolean
      readonly cause: Cause
    }
  /** A minimal `/dev`: null, zero, full, random, urandom, tty, pts, shm. */
  | { readonly type: 'dev'; readonly cause: Cause }
  /** A fresh `/proc` of the new PID namespace. */
  | { readonly type: 'proc'; readonly cause: Cause }
  | {
      readonly type: 'bind'
      readonly source: AbsolutePath
      readonly target: AbsolutePath
      readonly access: 'read' | 'write'
      readonly cause: Cause
    }
  /** A device or a directory of devices, usable as such. */
  | {
      readonly type: 'device'
      readonly source: AbsolutePath
      readonly target: AbsolutePath
      readonly cause: Cause
    }
  /**
   * An empty directory that cannot be listed or written. `traversable` when a grant lies below it. At `/` it is what a sandbox
   * starts with whose policy does not read everything.
   */
  | {
      readonly type: 'mask-directory'
      readonly target: AbsolutePath
      readonly traversable: boolean
      readonly cause: Cause
    }
  /** A file that cannot be opened. */
  | { readonly type: 'mask-file'; readonly target: AbsolutePath; readonly cause: Cause }
  /** An empty directory with `mode`, in a mount that an earlier operation made. */
  | {
      readonly type: 'directory'
      readonly target: AbsolutePath
      readonly mode: number
      readonly cause: Cause
    }
  /** A symbolic link with the text `to`, in a mount that an earlier operation made. */
  | {
      readonly type: 'symlink'
      readonly target: AbsolutePath
      readonly to: string
      readonly cause: Cause
    }
  /** An empty writable file system in memory. */
  | { readonly type: 'tmpfs'; readonly target: AbsolutePath; readonly mode: number; readonly cause: Cause }
  /** From here on nothing can be written in the mount at `target`; mounts below it are unchanged. */
  | { readonly type: 'remount-read-only'; readonly target: AbsolutePath; readonly cause: Cause }

/** Something the policy asks for that this plan does not do. Values for the caller, never printed here. */
export interface PlanNote {
  readonly kind:
    | 'root-missing'
    | 'root-unsafe'
    | 'protected-name-missing'
    | 'rule-missing'
    | 'device-missing'
    /** A place in which git repositories were not looked for. */
    | 'git-scan-incomplete'
    /** Something by which git outside can be made to execute a program, and which no mount can keep as it is. */
    | 'git-not-protected'
    /** A git directory that stays read-only although `gitWrites` would open it. */
    | 'git-not-writable'
  readonly path: AbsolutePath
  readonly message: string
}

/**
 * What has to exist while the command runs, because something is mounted on it: a name that is protected, read-only or denied and does
 * not exist yet, or a directory on the way to one. Whoever runs the plan makes it, an empty directory or a file with `content`, before
 * the mounts, and removes it afterwards. A directory on the way may hold what the command was allowed to leave there, and stays then. A
 * file with this very content that exists already is another sandbox's placeholder, or none.
 */
export interface Placeholder {
  readonly path: AbsolutePath
  /** Programs outside the sandbox see it too, so it is one that they take for nothing. */
  readonly content?: string
  readonly cause: Cause
}

/** What the sandbox's file system consists of: the contract between deciding and doing. */
export interface MountPlan {
  readonly operations: readonly MountOperation[]
  /** Parents first. */
  readonly placeholders: readonly Placeholder[]
  readonly notes: readonly PlanNote[]
  /** Where the program that runs as pid 1 is to be executed, in a sandbox that has no `/proc` to reach it by its descriptor. */
  readonly program?: AbsolutePath
}
