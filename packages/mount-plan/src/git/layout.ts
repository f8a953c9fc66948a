import { parentPath, parseAbsolutePath, type AbsolutePath } from '@linux-sandbox/policy'
import { childPath } from '../child-path.js'
import type { DirectoryEntry } from '../disk-view.js'
import type { CarefulDisk } from './careful-disk.js'
import { parseGitConfig } from './config-file.js'

/*
 * How the parts of a git repository refer to each other.
 * Source: gitrepository-layout(5), git-worktree(1) DETAILS; setup.c of git 2.39.
 */

/** Whether git takes a directory with these entries for a git directory. One of a linked worktree has `commondir` instead. */
export function looksLikeGitDirectory(entries: readonly DirectoryEntry[]): boolean {
  const has = (name: string, kind: 'file' | 'directory'): boolean =>
    entries.some((one) => one.name === name && (one.kind === kind || one.kind === 'symlink'))
  return (
    has('HEAD', 'file') &&
    ((has('objects', 'directory') && has('refs', 'directory')) || has('commondir', 'file'))
  )
}

const POINTER = 'gitdir: '

/** The git directory that the pointer file at `file` names, where it exists. */
export function pointerTarget(disk: CarefulDisk, file: AbsolutePath): AbsolutePath | undefined {
  const text = disk.textOf(file) ?? ''
  if (!text.startsWith(POINTER)) return undefined
  return resolved(disk, text.slice(POINTER.length).replace(/[\r\n]+$/, ''), parentPath(file))
}

/** The directory that the one at `gitDirectory` shares its configuration, objects and refs with, unless it has its own. */
export function commonDirectory(disk: CarefulDisk, gitDirectory: AbsolutePath): AbsolutePath | undefined {
  const text = disk.textOf(childPath(gitDirectory, 'commondir'))?.replace(/[\r\n]+$/, '')
  const common = text === undefined ? undefined : resolved(disk, text, gitDirectory)
  return common === gitDirectory ? undefined : common
}

/**
 * Whether the git directory at `gitDirectory` says itself that `dotGit` is its pointer file. A pointer file can be written by whoever writes the
 * workspace, this cannot; git itself does not ask.
 */
export function pointsBack(disk: CarefulDisk, gitDirectory: AbsolutePath, dotGit: AbsolutePath): boolean {
  const back = disk.textOf(childPath(gitDirectory, 'gitdir'))?.trim()
  if (back !== undefined) return resolved(disk, back, gitDirectory) === dotGit
  return valuesIn(disk, childPath(gitDirectory, 'config')).some(
    ({ section, name, value }) =>
      section === 'core' &&
      name === 'worktree' &&
      resolved(disk, value, gitDirectory) === disk.follow(parentPath(dotGit)),
  )
}

/** What the configuration file at `path` sets. Nothing where none can be read. */
export function valuesIn(disk: CarefulDisk, path: AbsolutePath): ReturnType<typeof parseGitConfig> {
  return parseGitConfig(disk.textOf(path) ?? '')
}

/** `text` as a path, relative to `base`. Says nothing about whether it exists. */
export function pathFrom(base: AbsolutePath, text: string): AbsolutePath | undefined {
  return parseAbsolutePath(text.startsWith('/') ? text : `${base}/${text}`)
}

/** As the kernel walks it: `..` goes up from where a link leads. */
function resolved(disk: CarefulDisk, text: string, base: AbsolutePath): AbsolutePath | undefined {
  // Not `pathFrom`: that would take `..` for the directory above the link.
  const start = text.startsWith('/') ? '' : base
  return text.includes('\0') ? undefined : disk.follow(`${start}/${text}` as AbsolutePath)
}
