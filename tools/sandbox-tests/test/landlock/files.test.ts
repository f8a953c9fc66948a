import { basename, join } from 'node:path'
import { describeOnHost } from '../../support/index.ts'
import type { Scene } from '../attacks/scene.ts'
import { defineAttacks, type Attack } from '../attacks/table.ts'
import { ABI, LANDLOCK, plainProfile, since } from './workspace.ts'

const file = ({ outside }: Scene): string => join(outside, 'file')
const inWorkspace = ({ workspace }: Scene, name: string): string => join(workspace, name)

const OUTSIDE: readonly Attack[] = [
  { act: 'appends to a file outside', attempt: (scene) => ['write', file(scene)], gets: 'EACCES' },
  { act: 'empties a file outside', attempt: (scene) => ['truncate', file(scene)], gets: since(3, 'EACCES') },
  {
    act: 'creates a file outside',
    attempt: ({ outside }) => ['create', join(outside, 'new')],
    gets: 'EACCES',
  },
  { act: 'leaves a file in /tmp', attempt: ({ inTmp }) => ['create', inTmp], gets: 'EACCES' },
  {
    act: 'makes a directory outside',
    attempt: ({ outside }) => ['mkdir', join(outside, 'new')],
    gets: 'EACCES',
  },
  {
    act: 'removes a directory outside',
    attempt: ({ outside }) => ['rmdir', join(outside, 'empty')],
    gets: 'EACCES',
  },
  { act: 'deletes a file outside', attempt: (scene) => ['unlink', file(scene)], gets: 'EACCES' },
  {
    act: 'makes a symlink outside',
    attempt: ({ outside }) => ['symlink', '/etc', join(outside, 'new')],
    gets: 'EACCES',
  },
  {
    act: 'renames a file outside',
    attempt: (scene) => ['rename', file(scene), `${file(scene)}-new`],
    gets: 'EACCES',
  },
  {
    act: 'links a file outside',
    attempt: (scene) => ['link', file(scene), `${file(scene)}-new`],
    gets: 'EACCES',
  },
  {
    act: 'renames the workspace',
    attempt: ({ workspace }) => ['rename', workspace, `${workspace}-new`],
    gets: 'EACCES',
  },
  {
    act: 'renames the parent of the workspace',
    attempt: ({ home }) => ['rename', home, `${home}-new`],
    gets: 'EACCES',
  },
]

const ACROSS: readonly Attack[] = [
  {
    act: 'moves a file from outside into the workspace',
    attempt: (scene) => ['rename', file(scene), inWorkspace(scene, 'stolen')],
    gets: 'EACCES',
  },
  {
    act: 'moves a file from the workspace to the outside',
    attempt: (scene) => ['rename', inWorkspace(scene, 'notes'), join(scene.outside, 'notes')],
    gets: 'EACCES',
  },
  {
    act: 'exchanges a file outside with its own',
    attempt: (scene) => ['exchange', inWorkspace(scene, 'notes'), file(scene)],
    gets: 'EACCES',
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
    act: 'writes through a symlink that it made',
    attempt: (scene) => ['write-through-symlink', file(scene), inWorkspace(scene, 'symlink')],
    gets: 'EACCES',
  },
]

const WAYS_OUT: readonly Attack[] = [
  {
    act: 'goes out by dots',
    attempt: ({ workspace }) => ['write', `${workspace}/../outside/file`],
    gets: 'EACCES',
  },
  {
    act: 'goes out by dots from a directory descriptor',
    attempt: (scene) => ['write-by-parents', scene.workspace, file(scene)],
    gets: 'EACCES',
  },
  {
    act: 'writes below its own root',
    attempt: (scene) => ['write', `/proc/self/root${file(scene)}`],
    gets: 'EACCES',
  },
  {
    act: 'writes beside its working directory',
    attempt: ({ outside }) => ['write', `/proc/self/cwd/../${basename(outside)}/file`],
    gets: 'EACCES',
    twin: { attempt: (scene) => ['write', `/proc/self/cwd${file(scene)}`] },
  },
  {
    act: 'opens a file again to write that it has opened to read',
    attempt: (scene) => ['upgrade', file(scene)],
    gets: 'EACCES',
  },
  {
    act: 'opens a file again to write that it has found',
    attempt: (scene) => ['upgrade-path', file(scene)],
    gets: 'EACCES',
  },
  {
    act: 'executes a program from memory that writes',
    attempt: (scene) => ['from-memory', 'write', file(scene)],
    gets: 'EACCES',
  },
  {
    act: 'opens a file outside by its handle',
    attempt: (scene) => ['open-by-handle', file(scene)],
    gets: 'EPERM',
    twin: { by: 'root' },
  },
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
    attempt: (scene) => ['chmod', file(scene), '600'],
    gets: 'ok',
  },
  { act: 'changes the times of a file outside', attempt: (scene) => ['utimens', file(scene)], gets: 'ok' },
  {
    act: 'makes a file outside run as its owner',
    attempt: (scene) => ['chmod', file(scene), '4755'],
    gets: 'EPERM',
  },
  { act: 'appends to what git executes', attempt: ({ git }) => ['write', join(git, 'config')], gets: 'ok' },
]

const ALLOWED: readonly Attack[] = [
  { act: 'reads outside', attempt: (scene) => ['read', file(scene)], gets: 'ok' },
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
  const attacks = [...OUTSIDE, ...ACROSS, ...WAYS_OUT, ...LEFT_OPEN, ...ALLOWED]
  defineAttacks(user, attacks, { sandbox: LANDLOCK, profile: plainProfile })
})
