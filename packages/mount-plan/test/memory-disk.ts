import type { AbsolutePath } from '@linux-sandbox/policy'
import type { DirectoryEntry, DiskView, FileKind } from '../src/index.ts'

/** What a test disk holds: a kind, a directory that only somebody else may pass, the target of a symlink, or the text of a file. */
export type DiskContent = Readonly<
  Record<
    string,
    Exclude<FileKind, 'symlink'> | 'closed directory' | { readonly to: string } | { readonly text: string }
  >
>

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
    entries.set(path, kindAs(what))
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
      if (typeof what !== 'object' || !('to' in what)) throw new Error(`${path} is no link`)
      return what.to
    },
    readDirectory(path: AbsolutePath) {
      listed.push(path)
      return namesIn(entries, path)
    },
    readFile(path: AbsolutePath) {
      const what = content[path]
      return typeof what === 'object' && 'text' in what ? what.text : ''
    },
    canPass: (path: AbsolutePath) => content[path] !== 'closed directory',
  }
}

function kindAs(what: DiskContent[string]): FileKind {
  if (what === 'closed directory') return 'directory'
  if (typeof what === 'string') return what
  return 'to' in what ? 'symlink' : 'file'
}

function namesIn(entries: ReadonlyMap<string, FileKind>, directory: AbsolutePath): DirectoryEntry[] {
  const start = directory === '/' ? '/' : `${directory}/`
  return [...entries].flatMap(([path, kind]) => {
    const name = path.slice(start.length)
    return path.startsWith(start) && name !== '' && !name.includes('/') ? [{ name, kind }] : []
  })
}
