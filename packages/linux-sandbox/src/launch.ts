import { bwrapArgs } from '@linux-sandbox/bwrap-args'
import { nodeDisk } from '@linux-sandbox/host-probe'
import { planMounts, type GitWrites, type MountPlan, type ProcAccess } from '@linux-sandbox/mount-plan'
import { ENTER_PROGRAM, STATUS_SOCKET, type EnterRequest, type SuperviseRequest } from '@linux-sandbox/native'
import { absolutePath, accessOf, isInside, writableRoots, type ResolvedPolicy } from '@linux-sandbox/policy'
import { compileFilter, encodeProgram, filterFor } from '@linux-sandbox/seccomp-filter'
import type { Bwrap } from '@linux-sandbox/host-probe'
import type { Host } from './host.js'

/** How commands of one sandbox are confined. */
export interface Confinement {
  readonly policy: ResolvedPolicy
  readonly gitWrites: GitWrites
  readonly proc: 'fresh' | 'host'
  readonly nestedSandbox: boolean
}

/** What is sent to `supervise`, and what the result will say of it. */
export interface Launch {
  readonly request: SuperviseRequest
  readonly mounts: MountPlan
  /** Whether the first attempt mounts a fresh `/proc`. */
  readonly freshProc: boolean
}

/** Whether the policy restricts nothing, so that the command runs without a sandbox. */
export function isUnconfined({ fileSystem, network }: ResolvedPolicy): boolean {
  return fileSystem.kind === 'unrestricted' && network === 'enabled'
}

/** The seccomp program for every command under `confinement`. */
export function filterOf({ policy, nestedSandbox }: Confinement, { arch }: Host): Uint8Array {
  const network = policy.network === 'enabled' ? 'host-network' : 'private-network'
  return encodeProgram(compileFilter(filterFor({ arch, network, nestedSandbox })))
}

/**
 * Plans the mounts on the disk as it is now and prints the bwrap arguments for them.
 *
 * @throws {PolicyUnsupportedError} when the policy cannot be enforced on this disk.
 */
export function prepareLaunch(
  confinement: Confinement,
  { host, bwrap, enter }: { readonly host: Host; readonly bwrap: Bwrap; readonly enter: EnterRequest },
): Launch {
  const mounts = planMounts(confinement.policy, nodeDisk, {
    proc: procAccess(confinement),
    gitWrites: confinement.gitWrites,
  })
  const freshProc = confinement.proc === 'fresh' && !host.refusesFreshProc
  const argv = (proc: 'fresh' | 'host'): string[] =>
    bwrapArgs(
      {
        mounts,
        network: confinement.policy.network === 'enabled' ? 'host' : 'private',
        proc,
        command: [ENTER_PROGRAM, 'enter', STATUS_SOCKET],
      },
      bwrap,
    )
  return {
    mounts,
    freshProc,
    request: {
      launcher: bwrap.path,
      launcherArgv: argv(freshProc ? 'fresh' : 'host'),
      ...(freshProc ? { fallbackArgv: argv('host') } : {}),
      enter,
      reraise: true,
    },
  }
}

/**
 * A sandbox in the sandbox writes its id maps to `/proc`, and cannot mount a `/proc` that can be written while this one is
 * read-only. Permissions keep an ordinary user from the kernel's settings; root only has the mount between it and them.
 */
function procAccess({ nestedSandbox }: Confinement): ProcAccess {
  return nestedSandbox && process.geteuid?.() !== 0 ? 'writable' : 'read-only'
}

/**
 * The bwrap that may set up sandboxes under `policy`: not one in the working directory, nor in anything that the policy lets
 * the command write. A grant of the whole disk does not count: it trusts the command with every program.
 *
 * @throws {BwrapMissingError} when there is none.
 */
export function findBwrap(policy: ResolvedPolicy, host: Host): Bwrap {
  const cwd = absolutePath(process.cwd())
  const roots = writableRoots(policy).filter(({ path }) => path !== '/')
  return host.bwrapFinder.find({
    searchPath: process.env['PATH'],
    isTrusted(found) {
      const path = absolutePath(found)
      if (cwd !== '/' && isInside(path, cwd)) return false
      return !roots.some((root) => isInside(path, root.path)) || accessOf(policy, path).access !== 'write'
    },
  })
}
