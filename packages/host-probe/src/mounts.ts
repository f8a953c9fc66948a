import { nodeFiles, type HostFiles } from './host-files.js'

/** A line of `/proc/self/mountinfo`. @see proc_pid_mountinfo(5) */
export interface Mount {
  /** Where it is mounted. */
  readonly point: string
  /** For example `ext4`, `fuse.sshfs`. */
  readonly type: string
  readonly source: string
  /** Options of the file system itself, comma-separated. */
  readonly options: string
}

/** The mounts of this process, in the kernel's order. Never touches what is mounted. */
export function readMounts(files: HostFiles = nodeFiles): readonly Mount[] {
  return parseMounts(files.text('/proc/self/mountinfo') ?? '')
}

export function parseMounts(mountinfo: string): readonly Mount[] {
  return mountinfo.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ')
    const point = before.split(' ')[4]
    const [type = '', source = '', options = ''] = after.split(' ')
    return point === undefined ? [] : [{ point: decode(point), type, source: decode(source), options }]
  })
}

/** The mount that `path` lies on, by names alone: the path must be canonical. */
export function mountOf(mounts: readonly Mount[], path: string): Mount | undefined {
  let best: Mount | undefined
  for (const mount of mounts) {
    // Of two at one point the later one is on top.
    if (isAtOrBelow(path, mount.point) && mount.point.length >= (best?.point.length ?? 0)) best = mount
  }
  return best
}

/**
 * Where something is mounted over a part of `/proc`. In a user namespace the kernel then refuses a fresh one, which would show that part.
 * The directories that are there for a mount do not count.
 */
export function procMasks(mounts: readonly Mount[]): readonly string[] {
  const points = mounts.map(({ point }) => point).filter((point) => point.startsWith('/proc/'))
  return [...new Set(points)].filter((point) => !MADE_FOR_MOUNTS.includes(point))
}

/** Source: the callers of proc_create_mount_point and register_sysctl_mount_point in Linux 6.12. */
const MADE_FOR_MOUNTS = ['/proc/fs/nfsd', '/proc/openprom', '/proc/sys/fs/binfmt_misc']

function isAtOrBelow(path: string, point: string): boolean {
  return point === '/' || path === point || path.startsWith(`${point}/`)
}

/** Blanks, tabs, line feeds and backslashes are written as three octal digits. */
function decode(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  )
}
