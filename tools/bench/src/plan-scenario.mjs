import { nodeDisk } from '@linux-sandbox/host-probe'
import { cachedDiskView, Planner, planMounts } from '@linux-sandbox/mount-plan'
import { absolutePath, resolvePolicy } from '@linux-sandbox/policy'

/** Plans `profile` in process, on the real disk. The policy is resolved before, as a `Sandbox` does once for all its commands. */
export function planScenario(name, profile, context = { cwd: absolutePath('/') }) {
  const policy = resolvePolicy(profile, context)
  return { name, policy, run: () => planMounts(policy, nodeDisk) }
}

/** Plans it again, as for the second command of a `Sandbox`: the disk is asked whether it still answers as before. */
export function planAgainScenario({ name, policy }) {
  const planner = new Planner(policy, {})
  return { name: `${name}, again`, run: () => planner.plan(cachedDiskView(nodeDisk)) }
}

export function restrictedTo(entries) {
  return { type: 'managed', file_system: { type: 'restricted', entries }, network: 'restricted' }
}

export function entryAt(path, access) {
  return { path: { type: 'path', path: absolutePath(path) }, access }
}
