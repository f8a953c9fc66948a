import { statSync } from 'node:fs'
import { describeHost } from '@linux-sandbox/host-probe'
import { ANY_COMMAND, type Backend, type Making } from './backend.js'
import { backendOf } from './bwrap-launch.js'
import type { Confinement } from './confinement.js'
import { nativeRefusal, sentenceOf } from './doctor/native-refusals.js'
import { refuseWsl1 } from './doctor/refuse-wsl1.js'
import { hintOf } from './doctor/remedies.js'
import type { Host } from './host.js'
import { bwrapUnavailable, lookForBwrap, type NoAlternative } from './launcher-choice.js'
import { mountPlanner } from './mount-plans.js'
import { nativeBackend } from './native-launch.js'

/**
 * From so many operations on bwrap takes more than twice as long as the native program: it reads the table of all mounts for each.
 * Source: `npm run bench`, docs/performance.md.
 */
const NATIVE_FROM = 64

/**
 * bubblewrap, which AppArmor profiles and administrators know; the native program where there is no bwrap or no `/tmp` for it, or so much to
 * mount that it would take long. Both enforce the same. The choice is made once for a sandbox.
 *
 * @throws {BwrapMissingError} @throws {BwrapTooOldError} when there is no bwrap to use, and the native program cannot do without.
 * @throws {BwrapDigestMismatchError} when there is only the bundled bwrap, and it was altered.
 * @throws {PolicyUnsupportedError} when the policy cannot be enforced on this disk.
 * @throws {WslUnsupportedError} on WSL1.
 */
export function autoBackend(confinement: Confinement, host: Host, making: Making): Backend {
  refuseWsl1()
  const { commands, disk } = making
  const { bwrap, rejected } = lookForBwrap({ ...confinement, host, disk })
  if (bwrap === undefined && host.launchRefusal !== undefined) {
    throw bwrapUnavailable(rejected, noAlternative(host.launchRefusal))
  }
  const plans = mountPlanner(confinement, host, 'one')(disk)
  const isLarge = plans.fresh.mounts.operations.length >= NATIVE_FROM
  const isNative = bwrap === undefined || ((isLarge || !hasTmp()) && host.launchRefusal === undefined)
  const backend = isNative
    ? nativeBackend(confinement, host, making)
    : backendOf(bwrap, confinement, host, commands)
  if (commands === 'one') return { ...backend, prepare: (enter) => backend.launch(plans, enter) }
  backend.launch(plans, ANY_COMMAND)
  return backend
}

/** Where bwrap builds every sandbox. Source: `base_path` in main(), bubblewrap.c in 0.8.0. */
function hasTmp(): boolean {
  return statSync('/tmp', { throwIfNoEntry: false })?.isDirectory() === true
}

function noAlternative(refusal: NonNullable<Host['launchRefusal']>): NoAlternative {
  return {
    reason: `and none can be done without: ${sentenceOf(refusal)}`,
    hint: hintOf(nativeRefusal(refusal, describeHost())),
  }
}
