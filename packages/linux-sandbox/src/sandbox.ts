import type { ChildProcess } from 'node:child_process'
import type { EnterRequest, ProcessEnd, ResourceLimit } from '@linux-sandbox/native'
import type { ResolvedPolicy } from '@linux-sandbox/policy'
import type { Backend, CommandCount, Launch } from './backend.js'
import { checkCommand, commandWords, definedVariables, directoryOf } from './command.js'
import { confinementOf, isUnconfined } from './confinement.js'
import { sharedHost, type Host } from './host.js'
import { chooseBackend } from './launch.js'
import { resourceLimits } from './limits.js'
import {
  checkSandboxOptions,
  checkSpawnOptions,
  SPAWN_RULES,
  type SandboxOptions,
  type SandboxSpawnOptions,
} from './options.js'
import type { ProxyOptions } from './proxy/options.js'
import { wireProxies } from './proxy/wiring.js'
import type { Enforced, Note, RunResult, Violation } from './result.js'
import { collect, RUN_RULES, type SandboxRunOptions } from './run.js'
import { spawnSupervised } from './supervised-child.js'
import { spawnUnconfined } from './unconfined-child.js'
import { placeholderViolation, violationsAfter } from './violations.js'

/** What confines every command of one sandbox. */
interface Confining {
  readonly backend: Backend
  readonly limits: readonly ResourceLimit[]
  readonly proxy: ProxyOptions | undefined
}

/** A child, and what the sandbox around it is like. */
interface Started {
  readonly child: ChildProcess
  /** Where it is known before the child's exit: the end of the command. */
  readonly ended?: Promise<ProcessEnd>
  readonly enforced: () => Enforced
  /** Once the command has ended. */
  readonly violations: () => readonly Violation[]
}

/** @see createForOneCommand */
let createForOne: (options: SandboxOptions) => Sandbox

/**
 * As {@link Sandbox.create}, for one command that is started at once. A policy that cannot be enforced on this disk fails when it is.
 */
export function createForOneCommand(options: SandboxOptions): Sandbox {
  return createForOne(options)
}

/**
 * Runs commands under one policy. Sandboxes are independent of each other: as many as wanted, with different policies, at
 * the same time.
 */
export class Sandbox {
  readonly policy: ResolvedPolicy
  readonly #host: Host
  /** `undefined` when the policy restricts nothing. */
  readonly #confining: Confining | undefined

  private constructor(policy: ResolvedPolicy, host: Host, confining: Confining | undefined) {
    this.policy = policy
    this.#host = host
    this.#confining = confining
  }

  /**
   * A sandbox for `profile`, once this host is known to have what it needs.
   *
   * @throws {PlatformUnsupportedError} on anything but Linux on x86_64 or aarch64.
   * @throws {PolicyInvalidError} when the profile does not mean anything.
   * @throws {PolicyUnsupportedError} when the policy cannot be enforced on this disk.
   * @throws {ProxyRouteError} when a proxy is given that commands cannot be led to.
   * @throws {BwrapMissingError} @throws {BwrapTooOldError} when bwrap is needed and not to be had.
   * @throws {WslUnsupportedError} when bwrap is needed and this is WSL1.
   * @throws {BwrapDigestMismatchError} when there is only the bundled bwrap, and it was altered.
   * @throws {LandlockMissingError} when Landlock was asked for and this kernel has none.
   * @throws {NativeMissingError} when the native program is not there.
   */
  static async create(options: SandboxOptions): Promise<Sandbox> {
    return Sandbox.#create(options, 'many')
  }

  static {
    createForOne = (options: SandboxOptions): Sandbox => Sandbox.#create(options, 'one')
  }

  static #create(options: SandboxOptions, commands: CommandCount): Sandbox {
    checkSandboxOptions(options)
    const host = sharedHost()
    const confinement = confinementOf(options, host.nativeProgram)
    const { policy } = confinement
    const limits = resourceLimits(options.limits ?? {}, { isRoot: process.geteuid?.() === 0 })
    const needsNothing = isUnconfined(confinement) && options.backend !== 'inner'
    if (needsNothing && limits.length === 0) return new Sandbox(policy, host, undefined)

    const { proxy } = confinement
    // What is given here does not depend on the environment of a command.
    if (proxy !== undefined && proxy.from === undefined) wireProxies(proxy, {})
    const backend = chooseBackend(confinement, host, options, commands)
    return new Sandbox(policy, host, { backend, limits, proxy })
  }

  /**
   * Starts a command, as `spawn` of `node:child_process` does. A failure before the command started is an `error` event
   * with a {@link SandboxError}.
   *
   * @throws {PolicyUnsupportedError} when the policy cannot be enforced on the disk as it is now.
   * @throws {ProxyRouteError} when the command is to reach proxies that its environment does not name.
   * @throws {BwrapDigestMismatchError} when the bundled bwrap is used and was altered.
   * @throws {PolicyInvalidError} when an argument or the environment cannot be passed on.
   */
  spawn(command: string, args: readonly string[] = [], options: SandboxSpawnOptions = {}): ChildProcess {
    checkSpawnOptions(options, SPAWN_RULES)
    return this.#start(command, args, options).child
  }

  /**
   * Runs a command to its end and collects its output. A command that fails gives a result like any other.
   *
   * @throws {SandboxSetupError} when the sandbox could not be set up. The command did not run.
   * @throws {CommandNotStartedError} when the command was not found or cannot be executed.
   * @throws {DOMException} `AbortError` when `signal` was aborted.
   */
  async run(
    command: string,
    args?: readonly string[],
    options?: SandboxRunOptions & { readonly encoding?: 'utf8' },
  ): Promise<RunResult>
  async run(
    command: string,
    args: readonly string[],
    options: SandboxRunOptions & { readonly encoding: 'buffer' },
  ): Promise<RunResult<Buffer>>
  async run(
    command: string,
    args: readonly string[] = [],
    options: SandboxRunOptions = {},
  ): Promise<RunResult<string | Buffer>> {
    checkSpawnOptions(options, RUN_RULES)
    const { enforced, violations, ...started } = this.#start(command, args, options)
    const collected = await collect(started, options)
    const facts = enforced()
    return { ...collected, enforced: facts, violations: [...violations(), ...violationsAfter(facts.notes)] }
  }

  #start(command: string, args: readonly string[], options: SandboxSpawnOptions): Started {
    checkCommand(command, args)
    if (this.#confining === undefined) {
      const child = spawnUnconfined(command, args, options)
      const enforced: Enforced = {
        filesystem: 'none',
        network: 'host',
        seccomp: false,
        proc: 'host',
        notes: this.policy.notes,
      }
      return { child, enforced: () => enforced, violations: () => [] }
    }
    const { backend, limits, proxy } = this.#confining
    const given = definedVariables(options.env ?? process.env)
    const wiring = proxy && wireProxies(proxy, given)
    const prepare = (): Launch => {
      const enter: EnterRequest = {
        argv: commandWords(command, args, options.shell),
        env: wiring?.environment ?? given,
        cwd: directoryOf(options.cwd),
        filter: backend.filter,
        limits,
        ...(wiring === undefined ? {} : { listeners: wiring.listeners }),
      }
      return backend.prepare(enter)
    }
    const { child, launch, reports } = spawnSupervised(prepare, this.#host, {
      ...options,
      launcherDescriptor: backend.launcherDescriptor(),
      wiring,
    })
    // While the launcher starts, so that it costs no time.
    const findChanged = launch.watch()
    return {
      child,
      ended: reports.ended,
      violations: () => [...reports.violations.map(placeholderViolation), ...findChanged()],
      enforced: () => withNotes(launch.enforced(reports.started), wiring?.notes),
    }
  }
}

function withNotes(enforced: Enforced, notes: readonly Note[] = []): Enforced {
  return { ...enforced, notes: [...enforced.notes, ...notes] }
}
