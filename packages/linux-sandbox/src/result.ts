import type { LandlockNote } from '@linux-sandbox/landlock'
import type { PlanNote } from '@linux-sandbox/mount-plan'
import type { PolicyNote } from '@linux-sandbox/policy'
import type { InnerNote } from './inner-launch.js'
import type { ProxyNote } from './proxy/wiring.js'

/** Found in the profile itself, when it was laid over the disk, or in what the backend cannot do. `kind` never changes. */
export type Note = PolicyNote | PlanNote | LandlockNote | InnerNote | ProxyNote

/** What held the command in. */
export interface Enforced {
  /** `native`: the same namespaces and mounts as with `bwrap`. `none`: the policy restricts nothing, or it is the matter of a sandbox around this one. */
  readonly filesystem: 'bwrap' | 'native' | 'landlock' | 'none'
  /** `private`: a network of its own, with nothing but loopback. `none`: no sockets, but for connected pairs. */
  readonly network: 'private' | 'none' | 'host'
  readonly seccomp: boolean
  /** `host`: the host's list of processes was visible, because it was asked for or a fresh `/proc` is refused here. */
  readonly proc: 'fresh' | 'host'
  /** What the profile asks for and the sandbox did not do, each with the reason. */
  readonly notes: readonly Note[]
}

/** Something the command did, or the host did meanwhile, that the policy meant to prevent and the sandbox could not. */
export interface Violation {
  /**
   * `protected-name-created`: a name that could not be protected is there now. `protection-lost`: somebody outside replaced or removed what a
   * rule of the policy was about, and the mount went with it. The others are about a protected name that was missing,
   * in whose place a placeholder stood: `placeholder-removed`: somebody outside removed that; `placeholder-replaced`: something
   * else has the name, or had it until it was moved; `placeholder-filled`: somebody outside changed what is in it, so it stays;
   * `placeholder-left`: it could not be removed.
   */
  readonly kind:
    | 'protected-name-created'
    | 'protection-lost'
    | 'placeholder-removed'
    | 'placeholder-replaced'
    | 'placeholder-filled'
    | 'placeholder-left'
  readonly path: string
  /** Where what was found at `path` is now. */
  readonly movedTo?: string
  readonly message: string
}

/** How a command ended. `exitCode` and `signal` as in the `exit` event of Node: one of them is `null`. */
export interface RunResult<Output extends string | Buffer = string> {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: Output
  readonly stderr: Output
  /** From the call to the end of the command. */
  readonly durationMs: number
  /** Whether `timeoutMs` ended it. */
  readonly timedOut: boolean
  readonly enforced: Enforced
  readonly violations: readonly Violation[]
}
