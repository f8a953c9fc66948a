import { absolutePath } from '@linux-sandbox/policy'
import type { DiskView } from './disk-view.js'
import type { Cause, MountOperation } from './plan.js'

/** What a plan starts with, whatever the rules are. */
export interface Base {
  readonly access: 'read' | 'write'
  /** Why `/` has this access. */
  readonly cause: Cause
  readonly proc: ProcAccess
}

/**
 * Whether the files in the fresh `/proc` can be written as their permissions have it. Uid 0 owns the kernel's settings there, in a user
 * namespace too, and needs no capability to write most of them: `core_pattern` for one, which names a program that the
 * kernel runs as root on the host. `read-only` keeps it from all of them, at the price of `/proc/self/oom_score_adj` and its like, and
 * hides the list of the user's keys. `writable` covers nothing, or the command could not mount a `/proc` of its own.
 */
export type ProcAccess = 'read-only' | 'writable'

/** The host tree, a minimal `/dev` and a fresh `/proc`. */
export function baseOperations({ access, cause, proc }: Base, disk: DiskView): MountOperation[] {
  const minimal = because('only the harmless devices')
  return [
    { type: 'root', access, devices: false, cause },
    { type: 'dev', cause: minimal },
    {
      type: 'tmpfs',
      target: absolutePath('/dev/shm'),
      mode: 0o1777,
      cause: because('shared memory of the command alone'),
    },
    { type: 'remount-read-only', target: absolutePath('/dev'), cause: minimal },
    FRESH_PROC,
    ...(proc === 'writable' ? [] : [...hiddenLists(disk), frozenProc()]),
  ]
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
  const target = absolutePath('/proc/keys')
  if (disk.kindOf(target) === undefined) return []
  return [{ type: 'mask-file', target, cause: because('no namespace narrows it to the command') }]
}

function frozenProc(): MountOperation {
  return {
    type: 'remount-read-only',
    target: absolutePath('/proc'),
    cause: because('the settings in it are those of the whole machine'),
  }
}

function because(reason: string): Cause {
  return { kind: 'base', reason }
}
