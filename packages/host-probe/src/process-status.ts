import { nodeFiles, type HostFiles } from './host-files.js'

/** What the kernel lets this process do, of what matters to a sandbox. */
export interface ProcessStatus {
  readonly uid: number
  /** Whether a seccomp filter, of a container or of a sandbox, is in force. */
  readonly isFiltered: boolean
  /** Whether it has CAP_SYS_ADMIN over the whole machine: then the switches against user namespaces do not bind it. */
  readonly isPrivileged: boolean
  /** Whether it can have CAP_SYS_ADMIN at all. A container that lacks it has a stricter filter. */
  readonly hasAdminInBounds: boolean
  /** Whether capabilities would be passed on to the programs that an ordinary user starts, which bwrap refuses. */
  readonly hasAmbientCapabilities: boolean
  /** Whether it is in the user namespace that the kernel started with. */
  readonly isInFirstUserNamespace: boolean
  /** Whether the user has a number in this user namespace. Without one, no further namespace can be made. */
  readonly isMapped: boolean
}

/** Source: include/uapi/linux/capability.h. */
const CAP_SYS_ADMIN = 1n << 21n

/** Source: proc_pid_status(5), `Seccomp`. */
const SECCOMP_MODE_FILTER = '2'

/** Reads `/proc/self/status` and the id maps. */
export function describeProcess(files: HostFiles = nodeFiles): ProcessStatus {
  const fields = statusFields(files.text('/proc/self/status') ?? '')
  const capabilities = (name: string): bigint => BigInt(`0x${fields.get(name) ?? '0'}`)
  const [, effectiveUid = '-1'] = (fields.get('Uid') ?? '').split(/\s+/)
  const [, effectiveGid = '-1'] = (fields.get('Gid') ?? '').split(/\s+/)
  const [uid, gid] = [Number(effectiveUid), Number(effectiveGid)]
  const users = idMap(files.text('/proc/self/uid_map'))
  const groups = idMap(files.text('/proc/self/gid_map'))
  const isInFirstUserNamespace = users.some(({ inside, count }) => inside === 0 && count === ALL_IDS)
  return {
    uid,
    isFiltered: fields.get('Seccomp') === SECCOMP_MODE_FILTER,
    isPrivileged: isInFirstUserNamespace && (capabilities('CapEff') & CAP_SYS_ADMIN) !== 0n,
    hasAdminInBounds: (capabilities('CapBnd') & CAP_SYS_ADMIN) !== 0n,
    hasAmbientCapabilities: uid !== 0 && capabilities('CapAmb') !== 0n,
    isInFirstUserNamespace,
    isMapped: isMapped(uid, users) && isMapped(gid, groups),
  }
}

function statusFields(status: string): ReadonlyMap<string, string> {
  const lines = status.split('\n').map((line) => /^(\w+):\s*(.*)$/.exec(line))
  return new Map(lines.flatMap((found) => (found === null ? [] : [[found[1] ?? '', found[2] ?? '']])))
}

interface IdRange {
  readonly inside: number
  readonly count: number
}

/** The length of the one line in the first user namespace. @see user_namespaces(7) */
const ALL_IDS = 4_294_967_295

function idMap(text: string | undefined): readonly IdRange[] {
  return (text ?? '').split('\n').flatMap((line) => {
    const [inside, , count] = line.trim().split(/\s+/).map(Number)
    return inside === undefined || count === undefined ? [] : [{ inside, count }]
  })
}

function isMapped(id: number, map: readonly IdRange[]): boolean {
  return map.some(({ inside, count }) => id >= inside && id < inside + count)
}
