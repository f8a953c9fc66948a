import { symlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describeForUsers } from '../../support/index.ts'
import type { Scene } from './scene.ts'
import { defineAttacks, type Attack } from './table.ts'

const file = ({ outside }: Scene): string => join(outside, 'file')
const inWorkspace = ({ workspace }: Scene, name: string): string => join(workspace, name)

const WRITING_OUTSIDE: readonly Attack[] = [
  { act: 'appends to a file outside', attempt: (scene) => ['write', file(scene)], gets: 'EROFS' },
  {
    act: 'creates a file outside',
    attempt: ({ outside }) => ['create', join(outside, 'new')],
    gets: 'EROFS',
  },
  {
    act: 'creates a file beside the workspace',
    attempt: ({ home }) => ['create', join(home, 'new')],
    gets: 'EROFS',
  },
  { act: 'leaves a file in /tmp', attempt: ({ inTmp }) => ['create', inTmp], gets: 'EROFS' },
  {
    act: 'appends to a start file of the shell',
    attempt: ({ home }) => ['write', join(home, '.bashrc')],
    gets: 'EROFS',
  },
  {
    act: 'makes a directory outside',
    attempt: ({ outside }) => ['mkdir', join(outside, 'new')],
    gets: 'EROFS',
  },
  {
    act: 'removes a directory outside',
    attempt: ({ outside }) => ['rmdir', join(outside, 'empty')],
    gets: 'EROFS',
  },
  { act: 'deletes a file outside', attempt: (scene) => ['unlink', file(scene)], gets: 'EROFS' },
  {
    act: 'makes a symlink outside',
    attempt: ({ outside }) => ['symlink', '/etc', join(outside, 'new')],
    gets: 'EROFS',
  },
  {
    act: 'renames a file outside',
    attempt: (scene) => ['rename', file(scene), `${file(scene)}-new`],
    gets: 'EROFS',
  },
  {
    act: 'renames the parent of the workspace',
    attempt: ({ home }) => ['rename', home, `${home}-new`],
    gets: 'EROFS',
  },
  {
    act: 'renames the workspace',
    attempt: ({ workspace }) => ['rename', workspace, `${workspace}-new`],
    gets: 'EROFS',
  },
]

const ATTRIBUTES_OUTSIDE: readonly Attack[] = [
  { act: 'truncates a file outside', attempt: (scene) => ['truncate', file(scene)], gets: 'EROFS' },
  {
    act: 'changes the mode of a file outside',
    attempt: (scene) => ['chmod', file(scene), '777'],
    gets: 'EROFS',
  },
  { act: 'changes the mode by a descriptor', attempt: (scene) => ['fchmod', file(scene)], gets: 'EROFS' },
  { act: 'changes the owner of a file outside', attempt: (scene) => ['chown', file(scene)], gets: 'EROFS' },
  { act: 'changes the times of a file outside', attempt: (scene) => ['utimens', file(scene)], gets: 'EROFS' },
  { act: 'sets an extended attribute outside', attempt: (scene) => ['setxattr', file(scene)], gets: 'EROFS' },
  {
    act: 'changes the inode flags of a file outside',
    attempt: (scene) => ['set-flags', file(scene)],
    gets: 'EROFS',
  },
]

const OTHER_NAMES: readonly Attack[] = [
  {
    act: 'writes through a symlink that it made',
    attempt: (scene) => ['write-through-symlink', file(scene), inWorkspace(scene, 'symlink')],
    gets: 'EROFS',
  },
  {
    act: 'writes through a hard link that it made',
    attempt: (scene) => ['write-through-link', file(scene), inWorkspace(scene, 'link')],
    gets: 'EXDEV',
  },
  {
    act: 'gives an open file outside a name in the workspace',
    attempt: (scene) => ['link-descriptor', file(scene), inWorkspace(scene, 'link')],
    gets: 'EXDEV',
  },
  {
    act: 'moves a file from outside into the workspace',
    attempt: (scene) => ['rename', file(scene), inWorkspace(scene, 'stolen')],
    gets: 'EXDEV',
  },
  {
    act: 'moves a file from the workspace to the outside',
    attempt: (scene) => ['rename', inWorkspace(scene, 'notes'), join(scene.outside, 'notes')],
    gets: 'EXDEV',
  },
  {
    act: 'exchanges a file outside with its own',
    attempt: (scene) => ['exchange', inWorkspace(scene, 'notes'), file(scene)],
    gets: 'EXDEV',
  },
  {
    act: 'goes out by dots',
    attempt: ({ workspace }) => ['write', `${workspace}/../outside/file`],
    gets: 'EROFS',
  },
  {
    act: 'goes out by dots from a directory descriptor',
    attempt: (scene) => ['write-by-parents', scene.workspace, file(scene)],
    gets: 'EROFS',
  },
  {
    act: 'writes below /proc/self/root',
    attempt: (scene) => ['write', `/proc/self/root${file(scene)}`],
    gets: 'EROFS',
  },
  {
    act: 'writes below /proc/thread-self/root',
    attempt: (scene) => ['write', `/proc/thread-self/root${file(scene)}`],
    gets: 'EROFS',
  },
  {
    act: 'writes beside /proc/self/cwd',
    attempt: ({ outside }) => ['write', `/proc/self/cwd/../${basename(outside)}/file`],
    gets: 'EROFS',
    twin: { attempt: (scene) => ['write', `/proc/self/cwd${file(scene)}`] },
  },
  {
    act: 'writes below /proc/1/root',
    attempt: (scene) => ['write', `/proc/1/root${file(scene)}`],
    gets: 'EACCES',
    twin: { attempt: (scene) => ['write', `/proc/self/root${file(scene)}`] },
  },
  {
    act: 'opens a readable descriptor again, to write',
    attempt: (scene) => ['upgrade', file(scene)],
    gets: 'EROFS',
  },
  {
    act: 'opens a path descriptor to write',
    attempt: (scene) => ['upgrade-path', file(scene)],
    gets: 'EROFS',
  },
  {
    act: 'writes from a program that has no name',
    attempt: (scene) => ['from-memory', 'write', file(scene)],
    gets: 'EROFS',
  },
  {
    act: 'opens a file by its handle',
    attempt: (scene) => ['open-by-handle', file(scene)],
    gets: 'EPERM',
    twin: { by: 'root' },
  },
]

const DENIED_READS: readonly Attack[] = [
  { act: 'reads a denied file', attempt: ({ secret }) => ['read', secret], gets: 'EACCES' },
  { act: 'appends to a denied file', attempt: ({ secret }) => ['write', secret], gets: 'EACCES' },
  {
    act: 'reads a file in a denied directory',
    attempt: ({ secrets }) => ['read', join(secrets, 'key')],
    gets: 'EACCES',
  },
  { act: 'lists a denied directory', attempt: ({ secrets }) => ['list', secrets], gets: 'EACCES' },
  {
    act: 'creates a file in a denied directory',
    attempt: ({ secrets }) => ['create', join(secrets, 'new')],
    gets: 'EACCES',
  },
  { act: 'opens a denied directory up', attempt: ({ secrets }) => ['chmod', secrets, '755'], gets: 'EROFS' },
  { act: 'makes a denied file readable', attempt: ({ secret }) => ['chmod', secret, '666'], gets: 'EROFS' },
  {
    act: 'reads a denied file by /proc/self/root',
    attempt: ({ secret }) => ['read', `/proc/self/root${secret}`],
    gets: 'EACCES',
  },
  {
    act: 'reads a denied file by /proc/self/cwd',
    attempt: ({ secret }) => ['read', `/proc/self/cwd/../${basename(secret)}`],
    gets: 'EACCES',
    twin: { attempt: ({ secret }) => ['read', `/proc/self/cwd${secret}`] },
  },
  {
    act: 'reads a denied file by a symlink that it made',
    attempt: ({ secret, room }) => ['write-through-symlink', secret, join(room, 'to-secret')],
    gets: 'EACCES',
  },
  {
    act: 'gives a denied file another name',
    attempt: ({ secret, room }) => ['link', secret, join(room, 'secret')],
    gets: 'EXDEV',
  },
  {
    act: 'moves a denied file away',
    attempt: ({ secret, room }) => ['rename', secret, join(room, 'secret')],
    gets: 'EXDEV',
  },
  {
    act: 'renames a denied directory',
    attempt: ({ secrets }) => ['rename', secrets, `${secrets}-new`],
    gets: 'EROFS',
  },
  {
    act: 'uncovers a denied file',
    attempt: ({ secret }) => ['umount', secret],
    gets: 'EPERM',
    twin: { attempt: ({ room }) => ['in-namespaces', 'umount', room], gets: 'EINVAL' },
  },
  {
    act: 'uncovers a denied directory',
    attempt: ({ secrets }) => ['umount-lazily', secrets],
    gets: 'EPERM',
    twin: { attempt: ({ room }) => ['in-namespaces', 'umount-lazily', room], gets: 'EINVAL' },
  },
  {
    act: 'opens a denied file by its handle',
    attempt: ({ secret }) => ['open-by-handle', secret],
    gets: 'EACCES',
    twin: { by: 'root' },
  },
]

const GRANTED: readonly Attack[] = [
  {
    act: 'creates a file in the workspace',
    attempt: ({ room }) => ['create', join(room, 'new')],
    gets: 'ok',
  },
  { act: 'reads outside', attempt: (scene) => ['read', file(scene)], gets: 'ok' },
  {
    act: 'links in the workspace',
    attempt: (scene) => ['link', inWorkspace(scene, 'notes'), join(scene.room, 'l')],
    gets: 'ok',
  },
  {
    act: 'renames in the workspace',
    attempt: ({ room }) => ['rename', join(room, 'new'), join(room, 'newer')],
    gets: 'ok',
    twin: { attempt: (scene) => ['rename', inWorkspace(scene, 'notes'), join(scene.room, 'n')] },
  },
  {
    act: 'sets a set-user-id bit in the workspace',
    attempt: (scene) => ['chmod', inWorkspace(scene, 'notes'), '4755'],
    gets: 'EPERM',
  },
  {
    act: 'makes a program of its own executable',
    attempt: (scene) => ['chmod', inWorkspace(scene, 'notes'), '755'],
    gets: 'ok',
  },
]

describeForUsers('the files outside the workspace', ['cc'], (user) => {
  defineAttacks(user, [
    ...WRITING_OUTSIDE,
    ...ATTRIBUTES_OUTSIDE,
    ...OTHER_NAMES,
    ...DENIED_READS,
    ...GRANTED,
  ])
})

describeForUsers('a workspace reached by a symlink that was there before', ['cc'], (user) => {
  defineAttacks(
    user,
    [
      {
        act: 'writes through the symlink that leads out',
        attempt: ({ workspace }) => ['write', join(workspace, 'out', 'file')],
        gets: 'EROFS',
      },
      {
        act: 'creates through it',
        attempt: ({ workspace }) => ['create', join(workspace, 'out', 'new')],
        gets: 'EROFS',
      },
      {
        act: 'reads a denied file through it',
        attempt: ({ workspace }) => ['read', join(workspace, 'to-secret')],
        gets: 'EACCES',
      },
    ],
    { prepare: makeSymlinks },
  )
})

function makeSymlinks({ workspace, outside, secret }: Scene): void {
  symlinkSync(outside, join(workspace, 'out'))
  symlinkSync(secret, join(workspace, 'to-secret'))
}
