import { join } from 'node:path'
import { describeForUsers } from '../../support/index.ts'
import type { Scene } from './scene.ts'
import { defineAttacks, type Attack } from './table.ts'

/** As root of new namespaces, in which mount calls are allowed. */
function inside(...attempt: readonly string[]): readonly string[] {
  return ['in-namespaces', ...attempt]
}

const config = ({ git }: Scene): string => join(git, 'config')

/** What the option is for; everything else in this file shows what it must not give. */
const GRANTED: readonly Attack[] = [
  { act: 'makes a user namespace', attempt: () => ['unshare', 'user'], gets: 'ok' },
  { act: 'hides the flags of clone in memory', attempt: () => ['clone3', 'user'], gets: 'ok' },
  { act: 'mounts a file system', attempt: ({ room }) => inside('mount-tmpfs', room), gets: 'ok' },
  { act: 'mounts one by the new calls', attempt: ({ room }) => inside('mount-new-tmpfs', room), gets: 'ok' },
  { act: 'names its own namespace', attempt: () => inside('sethostname', 'nested'), gets: 'ok' },
  { act: 'changes its root twice', attempt: ({ room }) => inside('chroot-twice', room), gets: 'ok' },
]

const LOCKED: readonly Attack[] = [
  {
    act: 'makes the mount of .git writable',
    attempt: ({ git }) => inside('remount-writable', git),
    gets: 'EPERM',
    twin: { where: 'inside', attempt: ({ room }) => inside('bind-writable', room, room) },
  },
  {
    act: 'does so by mount_setattr',
    attempt: ({ git }) => inside('mount-setattr', git),
    gets: 'EPERM',
    twin: { where: 'inside', attempt: ({ workspace }) => inside('mount-setattr', workspace) },
  },
  {
    act: 'unmounts the protection of .git',
    attempt: ({ git }) => inside('umount', git),
    gets: 'EINVAL',
    twin: { where: 'inside', attempt: ({ room }) => inside('mount-and-umount', room) },
  },
  {
    act: 'unmounts what covers a denied file',
    attempt: ({ secret }) => inside('umount-lazily', secret),
    gets: 'EINVAL',
    twin: { where: 'inside', attempt: ({ room }) => inside('mount-and-umount', room) },
  },
  {
    act: 'unmounts what covers a denied directory',
    attempt: ({ secrets }) => inside('umount-lazily', secrets),
    gets: 'EINVAL',
    twin: { where: 'inside', attempt: ({ room }) => inside('mount-and-umount', room) },
  },
  ...['/', '/dev', '/proc'].map((path) => ({
    act: `unmounts ${path} to get at what is below it`,
    attempt: () => inside('umount-lazily', path),
    gets: 'EINVAL',
    twin: { where: 'inside' as const, attempt: ({ room }: Scene) => inside('mount-and-umount', room) },
  })),
  {
    act: 'looks below the mounts by a bind without them',
    attempt: ({ home, room }) => inside('bind-writable', home, room),
    gets: 'EINVAL',
    twin: { attempt: ({ home, room }) => inside('bind-writable', home, room) },
  },
  {
    act: 'binds the outside and makes it writable',
    attempt: ({ outside, room }) => inside('bind-writable', outside, room),
    gets: 'EPERM',
  },
  {
    act: 'clones the outside and makes it writable',
    attempt: ({ outside }) => inside('clone-tree-writable', outside),
    gets: 'EPERM',
  },
  {
    act: 'moves the mount of .git away',
    attempt: ({ git, room }) => inside('move-mount', git, room),
    gets: 'EINVAL',
    twin: {
      where: 'inside',
      attempt: ({ room, outside }) => inside('mount-and-move', room, join(outside, 'empty')),
    },
  },
  {
    act: 'writes .git/config as root of a namespace',
    attempt: (scene) => inside('write', config(scene)),
    gets: 'EROFS',
  },
  {
    act: 'reads a denied file as root of a namespace',
    attempt: ({ secret }) => inside('read', secret),
    gets: 'EACCES',
  },
  {
    act: 'opens .git/config by its handle',
    attempt: (scene) => inside('open-by-handle', config(scene)),
    gets: 'EPERM',
    twin: { by: 'root', attempt: (scene) => ['open-by-handle', config(scene)] },
  },
  openSetting({ gets: 'EROFS', only: 'root' }),
  openSetting({ gets: 'EACCES', only: 'an ordinary user' }),
  {
    act: 'makes a disk as root of a namespace',
    attempt: ({ room }) => inside('mknod', join(room, 'disk'), 'block', '8', '0'),
    gets: 'EPERM',
    twin: { by: 'root', attempt: ({ room }) => ['mknod', join(room, 'null'), 'char', '1', '3'] },
  },
]

function openSetting(result: Pick<Attack, 'gets' | 'only'>): Attack {
  return {
    act: 'opens a setting of the kernel as root of a namespace',
    attempt: () => inside('open-to-write', '/proc/sys/kernel/core_pattern'),
    ...result,
    twin: { by: 'root', attempt: () => ['open-to-write', '/proc/sys/kernel/core_pattern'] },
  }
}

const STILL_FILTERED: readonly Attack[] = [
  { act: 'sets up io_uring', attempt: () => ['io-uring-setup'], gets: 'EPERM', twin: { by: 'root' } },
  { act: 'makes a socket with a name', attempt: () => ['socket', 'unix', 'stream', '0'], gets: 'EPERM' },
  {
    act: 'makes a raw socket in its own network',
    attempt: () => inside('socket', 'inet', 'raw', '1'),
    gets: 'EPERM',
  },
  {
    act: 'makes a packet socket in its own network',
    attempt: () => inside('socket', 'packet', 'raw', '0'),
    gets: 'EPERM',
  },
]

describeForUsers('a sandbox that may hold sandboxes', ['cc'], (user) => {
  defineAttacks(user, [...GRANTED, ...LOCKED, ...STILL_FILTERED], { sandbox: { nestedSandbox: true } })
})
