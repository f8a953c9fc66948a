import type { SpawnOptions, StdioOptions } from 'node:child_process'
import type { GitWrites } from '@linux-sandbox/mount-plan'
import { GRANTED_DESCRIPTORS_MAX } from '@linux-sandbox/native'
import type { PermissionProfile, ProtectedNameList } from '@linux-sandbox/policy'
import type { ResourceLimits } from './limits.js'
import {
  ANYTHING,
  BOOLEAN,
  checkOptions,
  OBJECT,
  oneOf,
  PATHS,
  STRING,
  WHOLE_MILLISECONDS,
  type OptionRules,
} from './option-rules.js'
import { checkProxyOptions, PROXY, type ProxyOptions } from './proxy/options.js'

/** What one sandbox is. */
export interface SandboxOptions {
  /** What the command may do: a preset, or a profile as JSON gives it. */
  readonly profile: PermissionProfile
  /** What `project_roots` means in the profile. Absolute. Default: the working directory of this process. */
  readonly policyCwd?: string
  /** What `tmpdir` means in the profile. Default: `$TMPDIR` of this process. */
  readonly tmpdir?: string
  /**
   * What the command may change of git repositories. Default `none`: nothing. `commit`: what commits, branches, merges and
   * housekeeping change, but nothing that makes git execute something. `all`: everything.
   */
  readonly gitWrites?: GitWrites
  /** Which names stay read-only in writable directories. Default `default`; `extended-2026` has those of many more tools. */
  readonly protectedNames?: ProtectedNameList
  /**
   * What confines the command. `bwrap` and `native` make the same namespaces and mounts: one by bubblewrap, the other by the program of
   * this package, which takes Linux 5.12, has no limit on the number of mounts, and needs nothing installed. `landlock` is for hosts on which bubblewrap cannot be used: it enforces less, and only policies that read
   * everything and write some directories; the result says what was not enforced. `inner` is for processes that are in a sandbox already: it only
   * loads the filter of system calls. Default `auto`, which is `bwrap`; `native` where there is no bwrap or very much to mount, if this host
   * lets it; and never one of the others.
   */
  readonly backend?: 'auto' | 'bwrap' | 'native' | 'landlock' | 'inner'
  /** `host` keeps the host's `/proc` visible and read-only. Default `fresh`: only the command's own processes. */
  readonly proc?: 'fresh' | 'host'
  /**
   * `inherited`: the command sees the processes of the host, read-only, and is seen by its number there; where the kernel can
   * (Linux 6.12), it still cannot send them signals. Default `private`: a PID namespace of its own.
   */
  readonly pidNamespace?: 'private' | 'inherited'
  /** Milliseconds until a sandbox that has not been set up is given up. Default 30000. */
  readonly setupTimeoutMs?: number
  /** Resources the command may use. Off unless given. */
  readonly limits?: ResourceLimits
  /** Lets the command make namespaces and mounts of its own, for sandboxes inside the sandbox. Default `false`. */
  readonly nestedSandbox?: boolean
  /** Devices the command gets besides the harmless ones: absolute paths in `/dev`. One that this host lacks is noted. */
  readonly devices?: readonly string[]
  /**
   * The proxies that commands can reach, and with them what these let through. Nothing else of the network can be reached then,
   * whatever the profile says. Without it a restricted network is loopback alone.
   */
  readonly proxy?: ProxyOptions
  /**
   * Lets commands make AF_UNIX sockets where the network is private. What listens on the host under a path that the command can see, such as
   * the socket of a daemon, can then be reached, and through it perhaps everything. Default `false`.
   */
  readonly unixSockets?: boolean
  /** Gives the command a `/tmp` of its own, in memory, that ends with it. Default `false`. */
  readonly privateTmp?: boolean
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

export const SPAWN_RULES: OptionRules<SandboxSpawnOptions> = {
  cwd: { isValid: (value) => typeof value === 'string' || value instanceof URL, expected: 'a path or a URL' },
  env: OBJECT,
  stdio: ANYTHING,
  signal: ANYTHING,
  killSignal: ANYTHING,
  timeout: ANYTHING,
  detached: BOOLEAN,
  shell: {
    isValid: (value) => typeof value === 'boolean' || (typeof value === 'string' && value !== ''),
    expected: 'true, false or the path of a shell',
  },
}

const SANDBOX_RULES: OptionRules<SandboxOptions> = {
  profile: ANYTHING,
  policyCwd: STRING,
  tmpdir: STRING,
  gitWrites: oneOf('none', 'commit', 'all'),
  protectedNames: oneOf('default', 'extended-2026'),
  proc: oneOf('fresh', 'host'),
  limits: OBJECT,
  nestedSandbox: BOOLEAN,
  devices: PATHS,
  privateTmp: BOOLEAN,
  proxy: PROXY,
  unixSockets: BOOLEAN,
  backend: oneOf('auto', 'bwrap', 'native', 'landlock', 'inner'),
  pidNamespace: oneOf('private', 'inherited'),
  setupTimeoutMs: WHOLE_MILLISECONDS,
}

/** @throws {TypeError} for an option that does not exist or means nothing, and for options that contradict each other. */
export function checkSandboxOptions(options: SandboxOptions): void {
  checkOptions(options, SANDBOX_RULES)
  if (options.proxy !== undefined) checkProxyOptions(options.proxy)
  if (options.pidNamespace === 'inherited' && options.proc === 'fresh') {
    throw new TypeError(
      "option proc cannot be 'fresh' where pidNamespace is 'inherited': a fresh /proc takes a PID namespace",
    )
  }
}

/**
 * @throws {TypeError} for an option that does not exist or means nothing, and for an IPC channel, of which the command would
 * know nothing.
 */
export function checkSpawnOptions<Options extends SandboxSpawnOptions>(
  options: Options,
  rules: OptionRules<Options>,
): void {
  checkOptions(options, rules)
  if (!Array.isArray(options.stdio)) return
  if (options.stdio.includes('ipc')) {
    throw new TypeError("stdio cannot have 'ipc': it ends at the sandbox; use a 'pipe' at 3 or above")
  }
  if (options.stdio.length > GRANTED_DESCRIPTORS_MAX) {
    throw new TypeError(
      `stdio has ${options.stdio.length} entries, and ${GRANTED_DESCRIPTORS_MAX} are the most`,
    )
  }
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
