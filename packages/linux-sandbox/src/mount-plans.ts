import {
  planMounts,
  Planner,
  type DiskView,
  type MountPlan,
  type ProcAccess,
} from '@linux-sandbox/mount-plan'
import { absolutePath } from '@linux-sandbox/policy'
import type { CommandCount } from './backend.js'
import type { Confinement } from './confinement.js'
import type { Host } from './host.js'
import { settlePlaceholders, type SettledPlan } from './placeholders.js'

/** With a fresh `/proc`, and without one. */
export type MountPlans = Readonly<Record<'fresh' | 'host', SettledPlan>>

/**
 * Plans the mounts for commands of one sandbox, each time for the disk as it is then.
 *
 * @throws {PolicyUnsupportedError} when the policy cannot be enforced on it: what is returned does.
 */
export function mountPlanner(
  confinement: Confinement,
  host: Host,
  commands: CommandCount,
): (disk: DiskView) => MountPlans {
  const { policy, gitWrites, devices, privateTmp } = confinement
  const program = absolutePath(host.nativeProgram)
  const plannerFor = (proc: ProcAccess): ((disk: DiskView) => MountPlan) => {
    const options = { proc, gitWrites, devices, privateTmp, program, placeholders: 'make' } as const
    // Where there is no second plan, nothing needs to be known of the first.
    if (commands === 'one') return (disk) => planMounts(policy, disk, options)
    const planner = new Planner(policy, options)
    return (disk) => planner.plan(disk)
  }
  const planners = { fresh: plannerFor(procAccess(confinement)), host: plannerFor('granted') }
  return (disk) => {
    const settled = (mounts: MountPlan): SettledPlan => {
      if (policy.fileSystem.kind === 'unrestricted') return { mounts, registry: undefined }
      return settlePlaceholders(mounts, disk)
    }
    const fresh = settled(planners.fresh(disk))
    // On the whole tree of the host, the host's /proc is what remains where no fresh one is mounted over it.
    const isWhole = fresh.mounts.operations[0]?.type === 'root'
    return { fresh, host: isWhole ? fresh : settled(planners.host(disk)) }
  }
}

/**
 * A sandbox in the sandbox writes its id maps to `/proc`, and cannot mount a `/proc` that can be written while this one is
 * read-only. Permissions keep an ordinary user from the kernel's settings; root only has the mount between it and them.
 */
function procAccess({ nestedSandbox }: Confinement): ProcAccess {
  return nestedSandbox && process.geteuid?.() !== 0 ? 'writable' : 'read-only'
}
