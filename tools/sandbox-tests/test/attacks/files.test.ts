import { symlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describeForUsers } from '../../support/index.ts'
import { ACTS_OUTSIDE, fileOutside, inWorkspace, WAYS_OUT } from './file-acts.ts'
import type { Scene } from './scene.ts'
import { attacksOf, defineAttacks, type Attack } from './table.ts'

const WRITING_OUTSIDE = attacksOf(ACTS_OUTSIDE, {
  'appends to a file outside': 'EROFS',
  'truncates a file outside': 'EROFS',
  'creates a file outside': 'EROFS',
  'creates a file beside the workspace': 'EROFS',
  'leaves a file in /tmp': 'EROFS',
  'appends to a start file of the shell': 'EROFS',
  'makes a directory outside': 'EROFS',
  'removes a directory outside': 'EROFS',
  'deletes a file outside': 'EROFS',
  'makes a symlink outside': 'EROFS',
  'links a file outside': 'EROFS',
  'renames a file outside': 'EROFS',
  'renames the parent of the workspace': 'EROFS',
  'renames the workspace': 'EROFS',
})

const ATTRIBUTES_OUTSIDE: readonly Attack[] = [
  {
    act: 'changes the mode of a file outside',
    attempt: (scene) => ['chmod', fileOutside(scene), '777'],
    gets: 'EROFS',
  },
  {
    act: 'changes the mode by a descriptor',
    attempt: (scene) => ['fchmod', fileOutside(scene)],
    gets: 'EROFS',
  },
  {
    act: 'changes the owner of a file outside',
    attempt: (scene) => ['chown', fileOutside(scene)],
    gets: 'EROFS',
  },
  {
    act: 'changes the times of a file outside',
    attempt: (scene) => ['utimens', fileOutside(scene)],
    gets: 'EROFS',
  },
  {
    act: 'sets an extended attribute outside',
    attempt: (scene) => ['setxattr', fileOutside(scene)],
    gets: 'EROFS',
  },
  {
    act: 'changes the inode flags of a file outside',
    attempt: (scene) => ['set-flags', fileOutside(scene)],
    gets: 'EROFS',
  },
]

const OTHER_NAMES = attacksOf(WAYS_OUT, {
  'writes through a symlink that it made': 'EROFS',
  'writes through a hard link that it made': 'EXDEV',
  'gives an open file outside a name in the workspace': 'EXDEV',
  'moves a file from outside into the workspace': 'EXDEV',
  'moves a file from the workspace to the outside': 'EXDEV',
  'exchanges a file outside with its own': 'EXDEV',
  'goes out by dots': 'EROFS',
  'goes out by dots from a directory descriptor': 'EROFS',
  'writes below /proc/self/root': 'EROFS',
  'writes below /proc/thread-self/root': 'EROFS',
  'writes beside /proc/self/cwd': 'EROFS',
  'writes below /proc/1/root': 'EACCES',
  'opens a readable descriptor again, to write': 'EROFS',
  'opens a path descriptor to write': 'EROFS',
  'writes from a program that has no name': 'EROFS',
  'opens a file by its handle': 'EPERM',
})

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
  { act: 'reads outside', attempt: (scene) => ['read', fileOutside(scene)], gets: 'ok' },
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
