import { absolutePath, type AbsolutePath } from '@linux-sandbox/policy'
import { childPath } from './child-path.js'
import type { DiskView } from './disk-view.js'
import type { Device } from './devices.js'
import type { Cause, MountOperation } from './plan.js'

/**
 * What the command finds at `/proc`, where the sandbox can have one of its own.
 *
 * Uid 0 owns the kernel's settings there, in a user namespace too, and needs no capability to write most of them: `core_pattern`
 * for one, which names a program that the kernel runs as root on the host. `read-only` keeps it from all of them, at the price
 * of `/proc/self/oom_score_adj` and its like, and hides the list of the user's keys. `writable` covers nothing, or the command
 * could not mount a `/proc` of its own. `granted` is for hosts that refuse a fresh one, under a policy that does not read `/`: the
 * host's if an entry reads it, else nothing.
 */
export type ProcAccess = 'read-only' | 'writable' | 'granted'

export interface OwnPlaces {
  readonly proc: ProcAccess
  /** Whether an entry reads the host's `/proc`. */
  readonly isProcGranted: boolean
  readonly devices: readonly Device[]
  /** What runs as pid 1, where `/proc` does not show it. */
  readonly program: AbsolutePath | undefined
}

const DEV = absolutePath('/dev')
const PROC = absolutePath('/proc')

/** Where the sandbox has the program that runs as pid 1, if it needs one. The name must not be one of a device. */
export const PROGRAM_PATH = childPath(DEV, '.linux-sandbox-enter')

/** A minimal `/dev` and a fresh `/proc`, on what is at `/` by then. */
export function ownPlaceOperations(places: OwnPlaces, disk: DiskView): MountOperation[] {
  return [...devOperations(places), ...procOperations(places, disk)]
}

function devOperations({ devices, program }: OwnPlaces): MountOperation[] {
  const minimal = because('only the harmless devices')
  const cause = because('the program that starts the command')
  return [
    { type: 'dev', cause: minimal },
    ...devices.map(({ source, target }): MountOperation => ({
      type: 'device',
      source,
      target,
      cause: because('given by the option "devices"'),
    })),
    {
      type: 'tmpfs',
      target: childPath(DEV, 'shm'),
      mode: 0o1777,
      cause: because('shared memory of the command alone'),
    },
    ...(program === undefined
      ? []
      : [{ type: 'bind', source: program, target: PROGRAM_PATH, access: 'read', cause } as const]),
    { type: 'remount-read-only', target: DEV, cause: minimal },
  ]
}

function procOperations({ proc, isProcGranted }: OwnPlaces, disk: DiskView): MountOperation[] {
  if (proc === 'granted' && isProcGranted) {
    const cause = because('the policy reads the one of the host')
    return [{ type: 'bind', source: PROC, target: PROC, access: 'read', cause }, ...hiddenLists(disk)]
  }
  if (proc === 'granted') {
    const cause = because('there is no fresh one, and the policy does not read the one of the host')
    return [
      { type: 'mask-directory', target: PROC, traversable: false, cause },
      { type: 'remount-read-only', target: PROC, cause },
    ]
  }
  return [FRESH_PROC, ...(proc === 'writable' ? [] : [...hiddenLists(disk), frozenProc()])]
}

/** The host tree with its devices, nothing read-only, and a fresh `/proc`: for a policy that restricts the network only. */
export function unrestrictedOperations(): MountOperation[] {
  return [
    { type: 'root', access: 'write', devices: true, cause: because('nothing is restricted') },
    FRESH_PROC,
  ]
}

const FRESH_PROC: MountOperation = { type: 'proc', cause: because('the PID namespace has its own processes') }

/**
 * `/proc/keys` describes every key of the user, in whatever keyring: a session keyring of its own keeps the command from the keys, not
 * from their names.
 */
function hiddenLists(disk: DiskView): MountOperation[] {
  const target = childPath(PROC, 'keys')
  if (disk.kindOf(target) === undefined) return []
  return [{ type: 'mask-file', target, cause: because('no namespace narrows it to the command') }]
}

function frozenProc(): MountOperation {
  return {
    type: 'remount-read-only',
    target: PROC,
    cause: because('the settings in it are those of the whole machine'),
  }
}

export function because(reason: string): Cause {
  return { kind: 'base', reason }
}
