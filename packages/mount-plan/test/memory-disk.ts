import type { AbsolutePath } from '@linux-sandbox/policy'
import type { DiskView, FileKind } from '../src/index.ts'

/** What a test disk holds: a kind, or the target of a symlink. */
export type DiskContent = Readonly<Record<string, Exclude<FileKind, 'symlink'> | { readonly to: string }>>

/** A disk that exists only here. Parents of what is named are directories. */
export function memoryDisk(content: DiskContent): DiskView & { readonly looks: () => number } {
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
  return {
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
  }
}
