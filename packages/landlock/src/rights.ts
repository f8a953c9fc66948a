/** Something that a Landlock ruleset can restrict. */
export interface Right {
  /** Its bit in the mask of its kind. */
  readonly bit: bigint
  /** The first ABI that has it. */
  readonly abi: number
}

/**
 * What can be restricted of files and directories. Source: `LANDLOCK_ACCESS_FS_*` in include/uapi/linux/landlock.h, and
 * Documentation/userspace-api/landlock.rst, of Linux 7.3.
 */
export const FS_RIGHTS = {
  /** execve(2) */
  execute: { bit: 1n << 0n, abi: 1 },
  /** open(2) to write */
  'write-file': { bit: 1n << 1n, abi: 1 },
  /** open(2) to read */
  'read-file': { bit: 1n << 2n, abi: 1 },
  /** open(2) of a directory, and so readdir(3) */
  'read-dir': { bit: 1n << 3n, abi: 1 },
  /** rmdir(2), rename(2) of a directory */
  'remove-dir': { bit: 1n << 4n, abi: 1 },
  /** unlink(2), rename(2) */
  'remove-file': { bit: 1n << 5n, abi: 1 },
  /** mknod(2) of a character device */
  'make-char': { bit: 1n << 6n, abi: 1 },
  /** mkdir(2) */
  'make-dir': { bit: 1n << 7n, abi: 1 },
  /** open(2) with `O_CREAT`, mknod(2), link(2) */
  'make-reg': { bit: 1n << 8n, abi: 1 },
  /** bind(2) of a unix(7) socket */
  'make-sock': { bit: 1n << 9n, abi: 1 },
  /** mkfifo(3) */
  'make-fifo': { bit: 1n << 10n, abi: 1 },
  /** mknod(2) of a block device */
  'make-block': { bit: 1n << 11n, abi: 1 },
  /** symlink(2) */
  'make-sym': { bit: 1n << 12n, abi: 1 },
  /** rename(2) and link(2) from one directory to another: before this ABI every ruleset forbids it */
  refer: { bit: 1n << 13n, abi: 2 },
  /** truncate(2), open(2) with `O_TRUNC` */
  truncate: { bit: 1n << 14n, abi: 3 },
  /** ioctl(2) on a device */
  'ioctl-dev': { bit: 1n << 15n, abi: 5 },
  /** connect(2) and sendmsg(2) to a unix(7) socket with a name in the file system */
  'resolve-unix': { bit: 1n << 16n, abi: 9 },
} as const satisfies Readonly<Record<string, Right>>

/** What can be restricted of the network. Source: `LANDLOCK_ACCESS_NET_*`, as above. */
export const NET_RIGHTS = {
  /** bind(2) of a tcp(7) socket */
  'bind-tcp': { bit: 1n << 0n, abi: 4 },
  /** connect(2) of a tcp(7) socket */
  'connect-tcp': { bit: 1n << 1n, abi: 4 },
  /** bind(2) of a udp(7) socket */
  'bind-udp': { bit: 1n << 2n, abi: 10 },
  /** connect(2) and sendmsg(2) of a udp(7) socket */
  'connect-send-udp': { bit: 1n << 3n, abi: 10 },
} as const satisfies Readonly<Record<string, Right>>

/** What can be kept inside the sandbox as a whole. Source: `LANDLOCK_SCOPE_*`, as above. */
export const SCOPES = {
  /** connect(2) and sendmsg(2) to an abstract unix(7) socket that was made outside */
  'abstract-unix-socket': { bit: 1n << 0n, abi: 6 },
  /** kill(2) of a process outside */
  signal: { bit: 1n << 1n, abi: 6 },
} as const satisfies Readonly<Record<string, Right>>

export type FsRight = keyof typeof FS_RIGHTS
export type NetRight = keyof typeof NET_RIGHTS
export type Scope = keyof typeof SCOPES

/** One version of the interface. */
export interface LandlockAbi {
  readonly abi: number
  /** The first Linux that has it. */
  readonly linux: string
  /** What it brought that is no right: flags of landlock_restrict_self(2), of which the sandbox uses none. */
  readonly flags?: string
}

/**
 * Every ABI so far, the newest last. Source: Documentation/userspace-api/landlock.rst of Linux 7.3, and landlock(7).
 */
export const LANDLOCK_ABIS: readonly LandlockAbi[] = [
  { abi: 1, linux: '5.13' },
  { abi: 2, linux: '5.19' },
  { abi: 3, linux: '6.2' },
  { abi: 4, linux: '6.7' },
  { abi: 5, linux: '6.10' },
  { abi: 6, linux: '6.12' },
  { abi: 7, linux: '6.15', flags: 'what is logged' },
  { abi: 8, linux: '7.0', flags: 'all threads at once' },
  { abi: 9, linux: '7.1' },
  { abi: 10, linux: '7.2', flags: 'rules without a log' },
  { abi: 11, linux: '7.3', flags: 'no_new_privs in the same call' },
]

/** The bits of the rights in `table` that have one of `names`; of all unless given. */
export function maskOf<Name extends string>(
  table: Readonly<Record<Name, Right>>,
  names: readonly Name[] = namesIn(table),
): bigint {
  return names.reduce((mask, name) => mask | table[name].bit, 0n)
}

/** The names of the rights in `mask`, in the order of `table`. */
export function rightsIn<Name extends string>(table: Readonly<Record<Name, Right>>, mask: bigint): Name[] {
  return namesIn(table).filter((name) => (mask & table[name].bit) !== 0n)
}

/** The bits of the rights in `table` that a kernel with `abi` knows. One that is newer than the table knows them all. */
export function knownMask(table: Readonly<Record<string, Right>>, abi: number): bigint {
  return maskOf(
    table,
    namesIn(table).filter((name) => (table[name]?.abi ?? Infinity) <= abi),
  )
}

function namesIn<Name extends string>(table: Readonly<Record<Name, Right>>): Name[] {
  return Object.keys(table) as Name[]
}
