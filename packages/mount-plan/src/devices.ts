import { PolicyUnsupportedError } from '@linux-sandbox/errors'
import { absolutePath, isInside, type AbsolutePath } from '@linux-sandbox/policy'
import { canonicalPath } from './canonical-path.js'
import type { DiskView } from './disk-view.js'
import { isInMinimalDev } from './own-places.js'
import type { PlanNote } from './plan.js'

/** A device of the host, or a directory of them, for the `/dev` of the sandbox. */
export interface Device {
  readonly source: AbsolutePath
  /** As it was named. */
  readonly target: AbsolutePath
}

/**
 * Finds `devices` on this disk. One that is missing is noted: a program that can use a GPU mostly does without.
 *
 * @throws {PolicyUnsupportedError} for what is not in `/dev`, or is in every sandbox.
 */
export function findDevices(
  devices: readonly AbsolutePath[],
  disk: DiskView,
): { readonly found: readonly Device[]; readonly notes: readonly PlanNote[] } {
  const found: Device[] = []
  const notes: PlanNote[] = []
  for (const target of new Set(devices)) {
    const { path: source, exists } = canonicalPath(disk, target)
    if (isInMinimalDev(target)) throw notGiven(target, 'every sandbox has one of its own')
    if (!isInside(target, absolutePath('/dev')) || !isInside(source, absolutePath('/dev'))) {
      throw notGiven(target, 'it does not lie in /dev')
    }
    if (exists) found.push({ source, target })
    else
      notes.push({ kind: 'device-missing', path: target, message: `${target} does not exist on this host` })
  }
  return { found: withoutNested(found), notes }
}

/** What lies in a directory that is given anyway needs no mount, and would find no place for one in some of them. */
function withoutNested(devices: readonly Device[]): Device[] {
  return devices.filter(
    ({ target }) => !devices.some((other) => other.target !== target && isInside(target, other.target)),
  )
}

function notGiven(device: AbsolutePath, reason: string): PolicyUnsupportedError {
  return new PolicyUnsupportedError(`the device ${device}`, reason, {
    hint: 'take it out of the option "devices"',
  })
}
