import { lstatSync, readdirSync, type Stats } from 'node:fs'
import { join } from 'node:path'

/** A file that has more than one name. */
export interface HardLink {
  readonly path: string
  /** How many names it has. */
  readonly names: number
}

/** So that a look is never a long one. */
const ENTRIES_MAX = 2000
const DEPTH_MAX = 3

/** In git's directory: what is in there is known by its content, and clones on one disk share it. */
const SHARED_BY_GIT = ['objects', 'lfs', 'modules', 'annex']

/** The files at `path`, and in it down to a few levels, that have another name somewhere. Follows no link. */
export function hardLinksIn(path: string): readonly HardLink[] {
  const found: HardLink[] = []
  const pending = [{ path, depth: 0 }]
  for (let looked = 0; looked < ENTRIES_MAX; looked++) {
    const next = pending.shift()
    if (next === undefined) break
    const stats = look(next.path)
    if (stats?.isFile() === true && stats.nlink > 1) found.push({ path: next.path, names: stats.nlink })
    if (stats?.isDirectory() !== true || next.depth === DEPTH_MAX) continue
    const names = list(next.path).filter((name) => !SHARED_BY_GIT.includes(name))
    pending.push(...names.map((name) => ({ path: join(next.path, name), depth: next.depth + 1 })))
  }
  return found
}

function look(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined // what this user cannot look at, the command cannot either
  }
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}
