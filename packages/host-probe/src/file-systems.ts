import type { Mount } from './mounts.js'

/** What about a file system a sandbox, or somebody who uses one, has to know. */
export type FileSystemKind =
  /** Nothing. */
  | 'local'
  /** A file is another one, with another number, once it has been written. */
  | 'overlay'
  /** Another machine changes it as well, and a look at it can last as long as that machine is away. */
  | 'network'
  /** Something is mounted there when somebody looks. */
  | 'automount'
  /** A program answers, as a rule only to the user who mounted it. */
  | 'fuse'
  /** `a` and `A` are one file. */
  | 'case-insensitive'

const KINDS: ReadonlyMap<string, FileSystemKind> = new Map([
  ...kindOf('overlay', ['overlay', 'overlayfs', 'aufs', 'unionfs', 'fuse.fuse-overlayfs', 'fuse.unionfs']),
  ...kindOf('network', ['nfs', 'nfs4', '9p', 'afs', 'ceph', 'coda', 'lustre', 'gpfs', 'beegfs', 'ncpfs']),
  ...kindOf('network', [
    'fuse.sshfs',
    'fuse.glusterfs',
    'fuse.ceph',
    'fuse.s3fs',
    'fuse.rclone',
    'fuse.gcsfuse',
  ]),
  ...kindOf('automount', ['autofs']),
  ...kindOf('case-insensitive', [
    'cifs',
    'smb3',
    'smbfs',
    'drvfs',
    'vboxsf',
    'vmhgfs',
    'fuse.vmhgfs-fuse',
    'prl_fs',
  ]),
  ...kindOf('case-insensitive', ['vfat', 'msdos', 'exfat', 'ntfs', 'ntfs3', 'fuseblk', 'hfs', 'hfsplus']),
])

function kindOf(kind: FileSystemKind, types: readonly string[]): [string, FileSystemKind][] {
  return types.map((type) => [type, kind])
}

/** Types whose server may be away; looking at a path there can wait for ever. */
const REMOTE_TYPES: ReadonlySet<string> = new Set(['cifs', 'smb3', 'smbfs'])

/** By the type of a mount; what it is is not looked at. */
export function fileSystemKind({ type, source, options }: Mount): FileSystemKind {
  // The drives of Windows in WSL2.
  if (type === '9p' && /drvfs/.test(`${source},${options}`)) return 'case-insensitive'
  return KINDS.get(type) ?? (/^fuse(\.|$)/.test(type) ? 'fuse' : 'local')
}

/** Whether a look at a path on this mount can last: a server or a program has to answer, or something is mounted first. */
export function mayHang(mount: Mount): boolean {
  const kind = fileSystemKind(mount)
  return ['network', 'automount', 'fuse'].includes(kind) || REMOTE_TYPES.has(mount.type)
}
