import { basename, join } from 'node:path'
import type { Scene } from './scene.ts'
import type { Act } from './table.ts'

export const fileOutside = ({ outside }: Scene): string => join(outside, 'file')
export const inWorkspace = ({ workspace }: Scene, name: string): string => join(workspace, name)

/** What changes the files around a workspace, under their own names. */
export const ACTS_OUTSIDE = {
  'appends to a file outside': { attempt: (scene) => ['write', fileOutside(scene)] },
  'truncates a file outside': { attempt: (scene) => ['truncate', fileOutside(scene)] },
  'creates a file outside': { attempt: ({ outside }) => ['create', join(outside, 'new')] },
  'creates a file beside the workspace': { attempt: ({ home }) => ['create', join(home, 'new')] },
  'leaves a file in /tmp': { attempt: ({ inTmp }) => ['create', inTmp] },
  'appends to a start file of the shell': { attempt: ({ home }) => ['write', join(home, '.bashrc')] },
  'makes a directory outside': { attempt: ({ outside }) => ['mkdir', join(outside, 'new')] },
  'removes a directory outside': { attempt: ({ outside }) => ['rmdir', join(outside, 'empty')] },
  'deletes a file outside': { attempt: (scene) => ['unlink', fileOutside(scene)] },
  'makes a symlink outside': { attempt: ({ outside }) => ['symlink', '/etc', join(outside, 'new')] },
  'links a file outside': { attempt: (scene) => ['link', fileOutside(scene), `${fileOutside(scene)}-new`] },
  'renames a file outside': {
    attempt: (scene) => ['rename', fileOutside(scene), `${fileOutside(scene)}-new`],
  },
  'renames the parent of the workspace': { attempt: ({ home }) => ['rename', home, `${home}-new`] },
  'renames the workspace': { attempt: ({ workspace }) => ['rename', workspace, `${workspace}-new`] },
} satisfies Record<string, Act>

/** What brings a file over the border of a workspace, or reaches it under another name. */
export const WAYS_OUT = {
  'writes through a symlink that it made': {
    attempt: (scene) => ['write-through-symlink', fileOutside(scene), inWorkspace(scene, 'symlink')],
  },
  'writes through a hard link that it made': {
    attempt: (scene) => ['write-through-link', fileOutside(scene), inWorkspace(scene, 'link')],
  },
  'gives an open file outside a name in the workspace': {
    attempt: (scene) => ['link-descriptor', fileOutside(scene), inWorkspace(scene, 'link')],
  },
  'moves a file from outside into the workspace': {
    attempt: (scene) => ['rename', fileOutside(scene), inWorkspace(scene, 'stolen')],
  },
  'moves a file from the workspace to the outside': {
    attempt: (scene) => ['rename', inWorkspace(scene, 'notes'), join(scene.outside, 'notes')],
  },
  'exchanges a file outside with its own': {
    attempt: (scene) => ['exchange', inWorkspace(scene, 'notes'), fileOutside(scene)],
  },
  'goes out by dots': { attempt: ({ workspace }) => ['write', `${workspace}/../outside/file`] },
  'goes out by dots from a directory descriptor': {
    attempt: (scene) => ['write-by-parents', scene.workspace, fileOutside(scene)],
  },
  'writes below /proc/self/root': {
    attempt: (scene) => ['write', `/proc/self/root${fileOutside(scene)}`],
  },
  'writes below /proc/thread-self/root': {
    attempt: (scene) => ['write', `/proc/thread-self/root${fileOutside(scene)}`],
  },
  'writes beside /proc/self/cwd': {
    attempt: ({ outside }) => ['write', `/proc/self/cwd/../${basename(outside)}/file`],
    twin: { attempt: (scene) => ['write', `/proc/self/cwd${fileOutside(scene)}`] },
  },
  'writes below /proc/1/root': {
    attempt: (scene) => ['write', `/proc/1/root${fileOutside(scene)}`],
    twin: { attempt: (scene) => ['write', `/proc/self/root${fileOutside(scene)}`] },
  },
  'opens a readable descriptor again, to write': { attempt: (scene) => ['upgrade', fileOutside(scene)] },
  'opens a path descriptor to write': { attempt: (scene) => ['upgrade-path', fileOutside(scene)] },
  'writes from a program that has no name': {
    attempt: (scene) => ['from-memory', 'write', fileOutside(scene)],
  },
  'opens a file by its handle': {
    attempt: (scene) => ['open-by-handle', fileOutside(scene)],
    twin: { by: 'root' },
  },
} satisfies Record<string, Act>
