import { absolutePath, type AbsolutePath } from '@linux-sandbox/policy'
import type { DiskView } from './disk-view.js'

/**
 * What in `/proc` belongs to no process and can be written: settings and controls of the kernel. Permissions alone keep only
 * ordinary users away from most of it. Uid 0 owns the files, in a user namespace too, and needs no capability to
 * write many of them, `core_pattern` for one, which names a program that the kernel runs as root on the host.
 *
 * Source: the calls of proc_create and its like with a way to write, in Linux 6.1.
 */
const NAMES = [
  'acpi',
  'asound',
  'bus',
  'driver',
  'dynamic_debug',
  'fs',
  'irq',
  'latency_stats',
  'lock_stat',
  'mtrr',
  'pressure',
  'profile',
  'scsi',
  'slabinfo',
  'sys',
  'sysrq-trigger',
  'tty',
  'xen',
] as const

/**
 * Descriptions of all keys of the user, in whatever keyring: a session keyring of its own does not hide those from the command.
 */
const KEYS = absolutePath('/proc/keys')

/** The lists in `/proc` that no namespace narrows to the command and that no command needs. */
export function kernelLists(disk: DiskView): AbsolutePath[] {
  return disk.kindOf(KEYS) === 'file' ? [KEYS] : []
}

/** The controls in `/proc` that this kernel has. */
export function kernelControls(disk: DiskView): AbsolutePath[] {
  return NAMES.map((name) => absolutePath(`/proc/${name}`)).filter((path) => {
    const kind = disk.kindOf(path)
    return kind === 'file' || kind === 'directory'
  })
}
