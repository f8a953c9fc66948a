import { spawnSync } from 'node:child_process'
import { SandboxSetupError } from '@linux-sandbox/errors'
import { errnoOf } from '@linux-sandbox/errors'
import { nodeFiles, type HostFiles } from './host-files.js'

/** What the kernel of this host is, and has. */
export interface KernelFacts {
  /** For example `6.12.117+deb12-cloud-amd64`. */
  readonly release: string
  readonly hasUserNamespaces: boolean
  readonly hasSeccompFilters: boolean
}

export function describeKernel(files: HostFiles = nodeFiles): KernelFacts {
  return {
    release: files.text('/proc/sys/kernel/osrelease')?.trim() ?? '',
    hasUserNamespaces: files.text('/proc/self/uid_map') !== undefined,
    // Since Linux 4.14; before, only `Seccomp` in the status tells, and not whether filters are among it.
    hasSeccompFilters:
      files.text('/proc/sys/kernel/seccomp/actions_avail') !== undefined ||
      /^Seccomp:/m.test(files.text('/proc/self/status') ?? ''),
  }
}

/** Whether a kernel of `release` is `major.minor` or newer. One whose number cannot be read counts as new. */
export function isAtLeast(release: string, [major, minor]: readonly [number, number]): boolean {
  const [, foundMajor, foundMinor] = /^(\d+)\.(\d+)/.exec(release) ?? []
  if (foundMajor === undefined || foundMinor === undefined) return true
  return Number(foundMajor) > major || (Number(foundMajor) === major && Number(foundMinor) >= minor)
}

/**
 * Version of the Landlock ABI, 0 where Landlock is absent or off. Starts `nativeProgram`: Node cannot make that call.
 *
 * @throws {SandboxSetupError} (step `spawn`) when it gives no answer, which must not pass for a kernel without Landlock.
 */
export function landlockAbi(nativeProgram: string): number {
  const { stdout, error } = spawnSync(nativeProgram, ['landlock-abi'], { encoding: 'utf8', env: {} })
  if (error === undefined && /^\d+\n$/.test(stdout)) return Number(stdout)
  throw new SandboxSetupError(
    { step: 'spawn', errno: errnoOf(error) },
    `${nativeProgram} does not say what Landlock this kernel has`,
    { cause: error, hint: 'this process or user may have reached a limit; see ulimit -a' },
  )
}
