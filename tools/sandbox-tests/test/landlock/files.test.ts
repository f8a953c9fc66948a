import { join } from 'node:path'
import { describeOnHost } from '../../support/index.ts'
import { ACTS_OUTSIDE, fileOutside, inWorkspace, WAYS_OUT } from '../attacks/file-acts.ts'
import { attacksOf, defineAttacks, type Attack } from '../attacks/table.ts'
import { ABI, LANDLOCK, plainProfile, since } from './workspace.ts'

const OUTSIDE = attacksOf(ACTS_OUTSIDE, {
  'appends to a file outside': 'EACCES',
  'truncates a file outside': since(3, 'EACCES'),
  'creates a file outside': 'EACCES',
  'creates a file beside the workspace': 'EACCES',
  'leaves a file in /tmp': 'EACCES',
  'appends to a start file of the shell': 'EACCES',
  'makes a directory outside': 'EACCES',
  'removes a directory outside': 'EACCES',
  'deletes a file outside': 'EACCES',
  'makes a symlink outside': 'EACCES',
  'links a file outside': 'EACCES',
  'renames a file outside': 'EACCES',
  'renames the parent of the workspace': 'EACCES',
  'renames the workspace': 'EACCES',
})

const OTHER_NAMES = attacksOf(WAYS_OUT, {
  'writes through a symlink that it made': 'EACCES',
  'writes through a hard link that it made': 'EXDEV',
  'gives an open file outside a name in the workspace': 'EXDEV',
  'moves a file from outside into the workspace': 'EACCES',
  'moves a file from the workspace to the outside': 'EACCES',
  'exchanges a file outside with its own': 'EACCES',
  'goes out by dots': 'EACCES',
  'goes out by dots from a directory descriptor': 'EACCES',
  'writes below /proc/self/root': 'EACCES',
  'writes below /proc/thread-self/root': 'EACCES',
  'writes beside /proc/self/cwd': 'EACCES',
  'writes below /proc/1/root': 'EACCES',
  'opens a readable descriptor again, to write': 'EACCES',
  'opens a path descriptor to write': 'EACCES',
  'writes from a program that has no name': 'EACCES',
  'opens a file by its handle': 'EPERM',
})

const CAPABILITIES: readonly Attack[] = [
  {
    act: 'mounts a file system in its room',
    attempt: ({ room }) => ['mount-tmpfs', room],
    gets: 'EPERM',
    twin: { attempt: ({ room }) => ['in-namespaces', 'mount-tmpfs', room] },
  },
  { act: 'makes a user namespace', attempt: () => ['unshare', 'user'], gets: 'EPERM' },
]

/** What a note says that Landlock leaves open: so that the note is true. */
const LEFT_OPEN: readonly Attack[] = [
  {
    act: 'changes the mode of a file outside',
    attempt: (scene) => ['chmod', fileOutside(scene), '600'],
    gets: 'ok',
  },
  {
    act: 'changes the times of a file outside',
    attempt: (scene) => ['utimens', fileOutside(scene)],
    gets: 'ok',
  },
  {
    act: 'makes a file outside run as its owner',
    attempt: (scene) => ['chmod', fileOutside(scene), '4755'],
    gets: 'EPERM',
  },
  { act: 'appends to what git executes', attempt: ({ git }) => ['write', join(git, 'config')], gets: 'ok' },
]

const ALLOWED: readonly Attack[] = [
  { act: 'reads outside', attempt: (scene) => ['read', fileOutside(scene)], gets: 'ok' },
  { act: 'lists the outside', attempt: ({ outside }) => ['list', outside], gets: 'ok' },
  {
    act: 'appends to a file in the workspace',
    attempt: (scene) => ['write', inWorkspace(scene, 'notes')],
    gets: 'ok',
  },
  {
    act: 'empties a file in the workspace',
    attempt: (scene) => ['truncate', inWorkspace(scene, 'notes')],
    gets: 'ok',
  },
  {
    act: 'links a file within the workspace from one directory to another',
    attempt: (scene) => ['link', inWorkspace(scene, 'notes'), join(scene.room, 'linked')],
    gets: ABI >= 2 ? 'ok' : 'EXDEV',
  },
  {
    act: 'moves a file within the workspace from one directory to another',
    attempt: (scene) => ['rename', inWorkspace(scene, 'notes'), join(scene.room, 'moved')],
    gets: ABI >= 2 ? 'ok' : 'EXDEV',
  },
]

describeOnHost('files under Landlock', ['landlock', 'cc'], (user) => {
  const attacks = [...OUTSIDE, ...OTHER_NAMES, ...CAPABILITIES, ...LEFT_OPEN, ...ALLOWED]
  defineAttacks(user, attacks, { sandbox: LANDLOCK, profile: plainProfile })
})
