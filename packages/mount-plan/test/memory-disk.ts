import type { AbsolutePath } from '@linux-sandbox/policy'
import type { DirectoryEntry, DiskView, FileKind } from '../src/index.ts'

/** What a test disk holds: a kind, or the target of a symlink. */
export type DiskContent = Readonly<Record<string, Exclude<FileKind, 'symlink'> | { readonly to: string }>>

/** A disk that remembers what was asked of it. */
export interface MemoryDisk extends DiskView {
  /** How often `kindOf` was asked. */
  readonly looks: () => number
  /** The directories that were listed, in order. */
  readonly listed: readonly AbsolutePath[]
}

/** A disk that exists only here. Parents of what is named are directories. */
export function memoryDisk(content: DiskContent): MemoryDisk {
  const entries = new Map<string, FileKind>([['/', 'directory']])
  for (const [path, what] of Object.entries(content)) {
    const names = path.slice(1).split('/')
    names.slice(0, -1).forEach((_, index) => {
      const parent = `/${names.slice(0, index + 1).join('/')}`
      if (!entries.has(parent)) entries.set(parent, 'directory')
    })
    entries.set(path, typeof what === 'string' ? what : 'symlink')
  }
  let looks = 0
  const listed: AbsolutePath[] = []
  return {
    listed,
    looks: () => looks,
    kindOf(path: AbsolutePath) {
      looks++
      return entries.get(path)
    },
    readLink(path: AbsolutePath) {
      const what = content[path]
      if (typeof what !== 'object') throw new Error(`${path} is no link`)
      return what.to
    },
    readDirectory(path: AbsolutePath) {
      listed.push(path)
      return namesIn(entries, path)
    },
  }
}

function namesIn(entries: ReadonlyMap<string, FileKind>, directory: AbsolutePath): DirectoryEntry[] {
  const start = directory === '/' ? '/' : `${directory}/`
  return [...entries].flatMap(([path, kind]) => {
    const name = path.slice(start.length)
    return path.startsWith(start) && name !== '' && !name.includes('/') ? [{ name, kind }] : []
  })
}
