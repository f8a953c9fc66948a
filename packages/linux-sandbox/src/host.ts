import type { FailedStep } from '@linux-sandbox/errors'
import { BundledBwrap, BwrapFinder, landlockAbi, requirePlatform, type Arch } from '@linux-sandbox/host-probe'
import { nativeProgramPath } from '@linux-sandbox/native'
import { relayFilterBytes } from '@linux-sandbox/seccomp-filter'
import { bundledBwrapPath } from './installation.js'
import { launchRefusal } from './launch-check.js'
import { shared } from './shared.js'

/**
 * What has been learned about this machine. Facts only: nothing in here grants anything, so sandboxes with different
 * policies can share one.
 */
export class Host {
  readonly arch: Arch
  readonly nativeProgram: string
  readonly bwrapFinder = new BwrapFinder()
  readonly bundledBwrap = new BundledBwrap(bundledBwrapPath())
  /** How many commands, one after the other, could be started only without a fresh `/proc`. */
  #fallbacks = 0
  #landlockAbi: number | undefined
  #launchCheck: { readonly refusal: FailedStep | undefined } | undefined

  /**
   * @throws {PlatformUnsupportedError} on anything but Linux on x86_64 or aarch64.
   * @throws {NativeMissingError} when the native program is not installed or not built.
   */
  constructor() {
    this.arch = requirePlatform()
    this.nativeProgram = nativeProgramPath()
  }

  /** Version of the Landlock ABI, 0 where Landlock is absent or off. A process is started once to learn it. */
  get landlockAbi(): number {
    return (this.#landlockAbi ??= landlockAbi(this.nativeProgram))
  }

  /** What keeps the native program from making sandboxes here; `undefined` where nothing does. A process is started once to learn it. */
  get launchRefusal(): FailedStep | undefined {
    return (this.#launchCheck ??= { refusal: launchRefusal(this.nativeProgram) }).refusal
  }

  /** The seccomp program for what copies to proxies. */
  get relayFilter(): Uint8Array {
    return relayFilterBytes(this.arch)
  }

  /** Whether none is tried any more. Once can be an accident: whatever ends the first attempt leads to the second. */
  get refusesFreshProc(): boolean {
    return this.#fallbacks > 1
  }

  /** Takes note of the attempt with which a command was started that was to have a fresh one. */
  noteAttempt(attempt: 'first' | 'fallback'): void {
    this.#fallbacks = attempt === 'first' ? 0 : this.#fallbacks + 1
  }
}

/** The host of this process, looked at when first asked for. */
export function sharedHost(): Host {
  return shared('host', () => new Host())
}
