import { isSandboxError, PolicyUnsupportedError } from '@linux-sandbox/errors'
import { nodeDisk } from '@linux-sandbox/host-probe'
import {
  accessFinder,
  cachedDiskView,
  type DiskView,
  type MountPlan,
  type PlanAccess,
} from '@linux-sandbox/mount-plan'
import { LAUNCHER_OPTIONS } from '@linux-sandbox/native'
import type { AbsolutePath, ResolvedPolicy } from '@linux-sandbox/policy'
import { disassemble } from '@linux-sandbox/seccomp-filter'
import { ANY_COMMAND } from './backend.js'
import { bwrapBackend } from './bwrap-launch.js'
import { confinementOf, isUnconfined, type Confinement } from './confinement.js'
import { commandProgram } from './filter.js'
import { sharedHost, type Host } from './host.js'
import { mountFilterTarget } from './mount-launch.js'
import { mountPlanner } from './mount-plans.js'
import { checkSandboxOptions, type SandboxOptions } from './options.js'

/** What a command would find that starts now in a sandbox. Nothing is started, and nothing on the disk is changed. */
export interface SandboxPreview {
  readonly policy: ResolvedPolicy
  /** Whether there would be a sandbox at all: none is needed for a policy that restricts nothing. */
  readonly isConfined: boolean
  readonly mounts: MountPlan
  /**
   * What the policy lets the command do with `path`, once its links are followed. The permissions of the host come on top.
   *
   * @throws {PolicyUnsupportedError} when the path leads nowhere, for example in a loop of links.
   */
  accessOf(path: AbsolutePath): PreviewedAccess
  /**
   * The argument list of bwrap, its own path first.
   *
   * @throws {BwrapMissingError} @throws {BwrapTooOldError} when bwrap is not to be had.
   */
  bwrapArgs(): readonly string[]
  /** The seccomp filter, one instruction on each line. For people: not to be parsed. */
  filter(): readonly string[]
}

export interface PreviewedAccess extends PlanAccess {
  /** Whether this user can look at the path. Else links in it are not followed, and permissions deny it anyhow. */
  readonly isVisible: boolean
}

/**
 * What `Sandbox.create` and `run` would do with `options`, on this disk as it is now. Takes for granted that this host lets a fresh
 * `/proc` be mounted, unless `proc` is `host`.
 *
 * @throws {PolicyInvalidError} when the profile does not mean anything.
 * @throws {PolicyUnsupportedError} when the policy cannot be enforced on this disk, and for a `backend` that mounts nothing.
 * @throws {TypeError} for an option that does not exist or means nothing.
 * @throws {NativeMissingError} @throws {PlatformUnsupportedError} as `Sandbox.create` does.
 */
export function previewSandbox(options: SandboxOptions): SandboxPreview {
  checkSandboxOptions(options)
  const { backend = 'auto' } = options
  if (backend === 'landlock' || backend === 'inner') {
    throw new PolicyUnsupportedError(
      `the option "backend: ${backend}"`,
      'a preview is of mounts, and this backend makes none',
      {
        hint: 'leave it out to see what would be mounted; on the command line: -c use_legacy_landlock=false',
      },
    )
  }
  const host = sharedHost()
  const disk = cachedDiskView(nodeDisk)
  const confinement = confinementOf(options, host.nativeProgram, disk)
  const { policy } = confinement
  const isConfined = !isUnconfined(confinement) || Object.keys(options.limits ?? {}).length > 0
  const mounts = isConfined ? mountsFor(confinement, host, disk) : WHOLE_HOST
  return {
    policy,
    isConfined,
    mounts,
    accessOf: visibleAccessFinder(mounts, disk),
    bwrapArgs() {
      if (!isConfined) return []
      const now = cachedDiskView(nodeDisk)
      const chosen = bwrapBackend(confinement, host, { commands: 'one', disk: now })
      const { request } = chosen.prepare(ANY_COMMAND, now)
      const { launcher = '', launcherArgv = [] } = request
      const first = launcherArgv.indexOf(LAUNCHER_OPTIONS) + 1
      return [launcher, ...launcherArgv.slice(Math.max(first, 1))]
    },
    filter() {
      if (!isConfined) return []
      return disassemble(commandProgram(confinement, mountFilterTarget(confinement, host)))
    },
  }
}

const WHOLE_HOST: MountPlan = {
  operations: [
    {
      type: 'root',
      access: 'write',
      devices: true,
      cause: { kind: 'base', reason: 'the policy restricts nothing' },
    },
  ],
  placeholders: [],
  notes: [],
}

function mountsFor(confinement: Confinement, host: Host, disk: DiskView): MountPlan {
  const plans = mountPlanner(confinement, host, 'one')(disk)
  if (confinement.proc === 'fresh') return plans.fresh.mounts
  const { mounts } = plans.host
  return { ...mounts, operations: mounts.operations.filter(({ type }) => type !== 'proc') }
}

/** What the kernel refuses to show is taken for a file, through which no link leads on. */
function visibleAccessFinder(mounts: MountPlan, disk: DiskView): (path: AbsolutePath) => PreviewedAccess {
  let isVisible = true
  const find = accessFinder(mounts, {
    ...disk,
    kindOf(at) {
      try {
        return disk.kindOf(at)
      } catch (error) {
        if (!isSandboxError(error)) throw error
        isVisible = false
        return 'file'
      }
    },
  })
  return (path) => {
    isVisible = true
    const access = find(path)
    return { ...access, isVisible }
  }
}
