import type { ChildProcess } from 'node:child_process'
import type { ResolvedPolicy } from '@linux-sandbox/policy'
import type { SandboxOptions, SandboxSpawnOptions } from './options.js'
import type { RunResult } from './result.js'
import type { SandboxRunOptions } from './run.js'
import type { SandboxCommands } from './sandbox-commands.js'

/**
 * Runs commands under one policy. Sandboxes are independent of each other: as many as wanted, with different policies, at
 * the same time.
 */
export class Sandbox {
  readonly policy: ResolvedPolicy
  readonly #commands: SandboxCommands

  private constructor(commands: SandboxCommands) {
    this.policy = commands.policy
    this.#commands = commands
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
    // Here and not above: a program that imports this package may never make a sandbox.
    const { SandboxCommands } = await import('./sandbox-commands.js')
    return new Sandbox(new SandboxCommands(options))
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
    return this.#commands.spawn(command, args, options)
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
    return await this.#commands.run(command, args, options)
  }
}
