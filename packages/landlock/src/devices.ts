import { PolicyUnsupportedError } from '@linux-sandbox/errors'
import { canonicalPath, type DiskView, type PlanNote } from '@linux-sandbox/mount-plan'
import { absolutePath, isInside, joinPath, type AbsolutePath } from '@linux-sandbox/policy'
import { FS_RIGHTS, maskOf } from './rights.js'
import type { LandlockRule } from './ruleset.js'

const DEV = absolutePath('/dev')

/** Devices that give and take nothing of the host's. Source: null(4), full(4), random(4). */
const HARMLESS = ['null', 'zero', 'full', 'random', 'urandom']

const USE = maskOf(FS_RIGHTS, ['read-file', 'write-file'])

const CONTROL = maskOf(FS_RIGHTS, ['read-file', 'write-file', 'ioctl-dev'])

/**
 * The rules for `/dev`: the harmless devices, the terminal of the command itself, and `devices`. Terminals in `/dev/pts` are those
 * of the user's other sessions, and `/dev/shm` is the memory of other programs: who needs them asks for them.
 *
 * @throws {PolicyUnsupportedError} for what is not in `/dev`.
 */
export function deviceRules(
  devices: readonly AbsolutePath[],
  disk: DiskView,
): { readonly rules: readonly LandlockRule[]; readonly notes: readonly PlanNote[] } {
  const given = devices.map((device) => ({ device, ...canonicalPath(disk, device) }))
  const foreign = given.find(({ device, path }) => !isInside(device, DEV) || !isInside(path, DEV))
  if (foreign !== undefined) {
    throw new PolicyUnsupportedError(`the device ${foreign.device}`, 'it does not lie in /dev', {
      hint: 'take it out of the option "devices"',
    })
  }
  const always = [
    ...HARMLESS.map((name) => ({ path: joinPath(DEV, name), access: USE })),
    { path: joinPath(DEV, 'tty'), access: CONTROL },
  ].filter(({ path }) => disk.kindOf(path) === 'device')
  return {
    rules: [
      ...always,
      ...given.filter(({ exists }) => exists).map(({ path }) => ({ path, access: CONTROL })),
    ],
    notes: given
      .filter(({ exists }) => !exists)
      .map(({ device }) => ({
        kind: 'device-missing',
        path: device,
        message: `${device} does not exist on this host`,
      })),
  }
}
