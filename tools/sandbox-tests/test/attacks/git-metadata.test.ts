import { basename, join } from 'node:path'
import { describeForUsers } from '../../support/index.ts'
import type { Scene } from './scene.ts'
import { defineAttacks, type Attack } from './table.ts'

const config = ({ git }: Scene): string => join(git, 'config')

/** Mount calls work for somebody who may mount: on this directory they reach the kernel, which finds no mount there. */
const ON_NO_MOUNT = 'EINVAL'

const CONTENT: readonly Attack[] = [
  { act: 'edits .git/config', attempt: (scene) => ['write', config(scene)], gets: 'EROFS' },
  { act: 'truncates .git/config', attempt: (scene) => ['truncate', config(scene)], gets: 'EROFS' },
  { act: 'drops a hook', attempt: ({ git }) => ['create', join(git, 'hooks/pre-commit')], gets: 'EROFS' },
  {
    act: 'adds a file to .git',
    attempt: ({ git }) => ['create', join(git, 'config.worktree')],
    gets: 'EROFS',
  },
  { act: 'deletes .git/HEAD', attempt: ({ git }) => ['unlink', join(git, 'HEAD')], gets: 'EROFS' },
  { act: 'moves a branch', attempt: ({ git }) => ['write', join(git, 'refs/heads/main')], gets: 'EROFS' },
  { act: 'deletes a branch', attempt: ({ git }) => ['unlink', join(git, 'refs/heads/main')], gets: 'EROFS' },
  {
    act: 'replaces the config',
    attempt: (scene) => ['rename', join(scene.workspace, 'notes'), config(scene)],
    gets: 'EXDEV',
  },
  {
    act: 'moves the hooks out',
    attempt: ({ git, room }) => ['rename', join(git, 'hooks'), join(room, 'hooks')],
    gets: 'EXDEV',
  },
]

const ATTRIBUTES: readonly Attack[] = [
  { act: 'changes the mode of .git', attempt: ({ git }) => ['chmod', git, '777'], gets: 'EROFS' },
  {
    act: 'changes the mode of .git/config',
    attempt: (scene) => ['chmod', config(scene), '666'],
    gets: 'EROFS',
  },
  { act: 'changes the mode of .git by a descriptor', attempt: ({ git }) => ['fchmod', git], gets: 'EROFS' },
  { act: 'changes the inode flags of .git', attempt: ({ git }) => ['set-flags', git], gets: 'EROFS' },
  {
    act: 'changes the inode flags of .git/config',
    attempt: (scene) => ['set-flags', config(scene)],
    gets: 'EROFS',
  },
  {
    act: 'changes the times of .git/HEAD',
    attempt: ({ git }) => ['utimens', join(git, 'HEAD')],
    gets: 'EROFS',
  },
  { act: 'sets an attribute of .git/config', attempt: (scene) => ['setxattr', config(scene)], gets: 'EROFS' },
]

const OTHER_NAMES: readonly Attack[] = [
  {
    act: 'makes a hard link to .git/config',
    attempt: (scene) => ['write-through-link', config(scene), join(scene.room, 'l')],
    gets: 'EXDEV',
  },
  {
    act: 'names the open .git/config anew',
    attempt: (scene) => ['link-descriptor', config(scene), join(scene.room, 'l')],
    gets: 'EXDEV',
  },
  {
    act: 'writes .git/config by a symlink',
    attempt: (scene) => ['write-through-symlink', config(scene), join(scene.room, 's')],
    gets: 'EROFS',
  },
  {
    act: 'opens its .git/config again, to write',
    attempt: (scene) => ['upgrade', config(scene)],
    gets: 'EROFS',
  },
  {
    act: 'opens a path descriptor of .git/config',
    attempt: (scene) => ['upgrade-path', config(scene)],
    gets: 'EROFS',
  },
  {
    act: 'writes .git/config by /proc/self/root',
    attempt: (scene) => ['write', `/proc/self/root${config(scene)}`],
    gets: 'EROFS',
  },
  {
    act: 'writes .git/config by /proc/self/cwd',
    attempt: () => ['write', '/proc/self/cwd/.git/config'],
    gets: 'EROFS',
    twin: { where: 'inside', attempt: () => ['write', '/proc/self/cwd/notes'] },
  },
  {
    act: 'writes .git/config by /proc/1/cwd',
    attempt: () => ['write', '/proc/1/cwd/.git/config'],
    gets: 'EACCES',
    twin: { where: 'inside', attempt: () => ['write', '/proc/self/cwd/notes'] },
  },
  {
    act: 'writes .git/config by dots',
    attempt: (scene) => ['write', `${scene.room}/../${basename(scene.git)}/config`],
    gets: 'EROFS',
  },
]

const THE_DIRECTORY: readonly Attack[] = [
  { act: 'renames .git', attempt: ({ git }) => ['rename', git, `${git}-old`], gets: 'EBUSY' },
  {
    act: 'exchanges .git with its own directory',
    attempt: ({ git, room }) => ['exchange', room, git],
    gets: 'EBUSY',
  },
  { act: 'moves .git down', attempt: ({ git, room }) => ['rename', git, join(room, 'git')], gets: 'EBUSY' },
  {
    act: 'puts its own directory over .git',
    attempt: ({ git, room }) => ['rename', room, git],
    gets: 'EBUSY',
    twin: { attempt: ({ workspace, room }) => ['rename', room, join(workspace, 'other')] },
  },
  {
    act: 'removes .git',
    attempt: ({ git }) => ['rmdir', git],
    gets: 'EBUSY',
    twin: { attempt: ({ git }) => ['rmdir', join(git, 'hooks')] },
  },
  {
    act: 'renames the parent of the workspace',
    attempt: ({ home }) => ['rename', home, `${home}-old`],
    gets: 'EROFS',
  },
]

const ITS_MOUNT: readonly Attack[] = [
  {
    act: 'unmounts the protection',
    attempt: ({ git }) => ['umount', git],
    gets: 'EPERM',
    twin: { attempt: ({ git }) => ['in-namespaces', 'umount', git], gets: ON_NO_MOUNT },
  },
  {
    act: 'unmounts the protection lazily',
    attempt: ({ git }) => ['umount-lazily', git],
    gets: 'EPERM',
    twin: { attempt: ({ git }) => ['in-namespaces', 'umount-lazily', git], gets: ON_NO_MOUNT },
  },
  {
    act: 'makes the mount writable',
    attempt: ({ git }) => ['remount-writable', git],
    gets: 'EPERM',
    twin: { attempt: ({ git }) => ['in-namespaces', 'remount-writable', git], gets: ON_NO_MOUNT },
  },
  {
    act: 'makes the mount writable by mount_setattr',
    attempt: ({ git }) => ['mount-setattr', git],
    gets: 'EPERM',
    twin: { attempt: ({ git }) => ['in-namespaces', 'mount-setattr', git], gets: ON_NO_MOUNT },
  },
  {
    act: 'moves the mount away',
    attempt: ({ git, room }) => ['move-mount', git, room],
    gets: 'EPERM',
    twin: { attempt: ({ git, room }) => ['in-namespaces', 'move-mount', git, room], gets: ON_NO_MOUNT },
  },
  {
    act: 'binds a writable copy of .git',
    attempt: ({ git, room }) => ['bind-writable', git, room],
    gets: 'EPERM',
    twin: { attempt: ({ git, room }) => ['in-namespaces', 'bind-writable', git, room] },
  },
  {
    act: 'does so in namespaces of its own',
    attempt: ({ git, room }) => ['in-namespaces', 'bind-writable', git, room],
    gets: 'EPERM',
  },
]

describeForUsers('the git metadata of the workspace', ['cc'], (user) => {
  defineAttacks(user, [
    ...CONTENT,
    ...ATTRIBUTES,
    ...OTHER_NAMES,
    ...THE_DIRECTORY,
    ...ITS_MOUNT,
    { act: 'reads .git/config', attempt: (scene) => ['read', config(scene)], gets: 'ok' },
  ])
})
