import { bwrapArgs } from '@linux-sandbox/bwrap-args'
import type { Bwrap } from '@linux-sandbox/host-probe'
import { ENTER_PROGRAM, LAUNCHER_OPTIONS, STATUS_SOCKET } from '@linux-sandbox/native'
import type { CommandCount, Making } from './backend.js'
import type { Confinement } from './confinement.js'
import { expectedMounts } from './expected-mounts.js'
import type { Host } from './host.js'
import { refuseWsl1 } from './doctor/refuse-wsl1.js'
import { findBwrap, verifiedDescriptor } from './launcher-choice.js'
import { mountBackend, type MountBackend, type Mounting } from './mount-launch.js'

/**
 * Confines commands by namespaces and mounts that bubblewrap sets up.
 *
 * @throws {BwrapMissingError} @throws {BwrapTooOldError} when there is no bwrap to use.
 * @throws {BwrapDigestMismatchError} when there is only the bundled bwrap, and it was altered.
 * @throws {WslUnsupportedError} on WSL1.
 */
export function bwrapBackend(
  confinement: Confinement,
  host: Host,
  { commands, disk }: Pick<Making, 'commands' | 'disk'>,
): MountBackend {
  refuseWsl1()
  return backendOf(findBwrap({ ...confinement, host, disk }), confinement, host, commands)
}

/** The same with this `bwrap`. */
export function backendOf(
  bwrap: Bwrap,
  confinement: Confinement,
  host: Host,
  commands: CommandCount,
): MountBackend {
  const argv = ({ mounts, ...rest }: Omit<Mounting, 'fallback'>): string[] => {
    const command = [mounts.program ?? ENTER_PROGRAM, 'enter', STATUS_SOCKET]
    const [name = '', ...words] = bwrapArgs({ mounts, ...rest, command }, bwrap)
    // Then it is loaded while the placeholders are made.
    return [name, ...(bwrap.options.has('--args') ? ['--args', LAUNCHER_OPTIONS] : []), ...words]
  }
  return mountBackend(confinement, host, {
    commands,
    name: 'bwrap',
    descriptor: () => verifiedDescriptor(bwrap, host),
    namespaces: undefined,
    request: ({ fallback, ...first }) => ({
      launcher: bwrap.path,
      launcherArgv: argv(first),
      ...(fallback === undefined ? {} : { fallbackArgv: argv({ ...first, mounts: fallback, proc: 'host' }) }),
      mounts: expectedMounts(first.mounts.operations),
    }),
  })
}
