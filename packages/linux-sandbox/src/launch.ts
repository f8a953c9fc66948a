import { bwrapArgs } from '@linux-sandbox/bwrap-args'
import { nodeDisk } from '@linux-sandbox/host-probe'
import {
  cachedDiskView,
  planMounts,
  type GitWrites,
  type MountPlan,
  type ProcAccess,
} from '@linux-sandbox/mount-plan'
import { ENTER_PROGRAM, STATUS_SOCKET, type EnterRequest, type SuperviseRequest } from '@linux-sandbox/native'
import { absolutePath, type AbsolutePath, type ResolvedPolicy } from '@linux-sandbox/policy'
import { compileFilter, encodeProgram, filterFor } from '@linux-sandbox/seccomp-filter'
import type { Bwrap } from '@linux-sandbox/host-probe'
import { expectedMounts } from './expected-mounts.js'
import type { Host } from './host.js'
import { settlePlaceholders, type SettledPlan } from './placeholders.js'

/** How commands of one sandbox are confined. */
export interface Confinement {
  readonly policy: ResolvedPolicy
  readonly gitWrites: GitWrites
  readonly proc: 'fresh' | 'host'
  readonly nestedSandbox: boolean
  readonly devices: readonly AbsolutePath[]
  readonly privateTmp: boolean
}

/** What is sent to `supervise`, and what the result will say of it. */
export interface Launch {
  readonly request: SuperviseRequest
  readonly mounts: MountPlan
  /** Whether the first attempt mounts a fresh `/proc`. */
  readonly freshProc: boolean
}

/** Whether nothing is restricted or private, so that the command needs no sandbox. */
export function isUnconfined({ policy: { fileSystem, network }, privateTmp }: Confinement): boolean {
  return fileSystem.kind === 'unrestricted' && network === 'enabled' && !privateTmp
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
  const disk = cachedDiskView(nodeDisk)
  const { policy, gitWrites, devices, privateTmp } = confinement
  const freshProc = confinement.proc === 'fresh' && !host.refusesFreshProc
  const program = absolutePath(host.nativeProgram)
  const plan = (proc: ProcAccess): SettledPlan => {
    const options = { proc, gitWrites, devices, privateTmp, program, placeholders: 'make' } as const
    const mounts = planMounts(policy, disk, options)
    if (policy.fileSystem.kind === 'unrestricted') return { mounts, registry: undefined }
    return settlePlaceholders(mounts, disk)
  }
  const fresh = plan(procAccess(confinement))
  // On the whole tree of the host, the host's /proc is what remains where no fresh one is mounted over it.
  const plans = { fresh, host: fresh.mounts.operations[0]?.type === 'root' ? fresh : plan('granted') }
  const argv = (proc: 'fresh' | 'host'): string[] => {
    const { mounts } = plans[proc]
    return bwrapArgs(
      {
        mounts,
        network: policy.network === 'enabled' ? 'host' : 'private',
        proc,
        command: [mounts.program ?? ENTER_PROGRAM, 'enter', STATUS_SOCKET],
      },
      bwrap,
    )
  }
  const { mounts, registry } = plans[freshProc ? 'fresh' : 'host']
  return {
    mounts,
    freshProc,
    request: {
      launcher: bwrap.path,
      launcherArgv: argv(freshProc ? 'fresh' : 'host'),
      ...(freshProc ? { fallbackArgv: argv('host') } : {}),
      enter,
      ...(registry === undefined ? {} : { registry }),
      placeholders: mounts.placeholders,
      mounts: expectedMounts(mounts.operations),
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
