import type { AbsolutePath } from '@linux-sandbox/policy'
import type { DiskView, FileKind } from '../src/index.ts'

/** What a test disk holds: a kind, the target of a symlink, or the text of a file. */
export type DiskContent = Readonly<
  Record<string, Exclude<FileKind, 'symlink'> | { readonly to: string } | { readonly text: string }>
>

/** A disk that exists only here. Parents of what is named are directories. */
export function memoryDisk(content: DiskContent): DiskView & { readonly looks: () => number } {
  const entries = new Map<string, FileKind>([['/', 'directory']])
  for (const [path, what] of Object.entries(content)) {
    const names = path.slice(1).split('/')
    names.slice(0, -1).forEach((_, index) => {
      const parent = `/${names.slice(0, index + 1).join('/')}`
      if (!entries.has(parent)) entries.set(parent, 'directory')
    })
    entries.set(path, typeof what === 'string' ? what : 'to' in what ? 'symlink' : 'file')
  }
  const listings = new Map<string, { readonly name: string; readonly kind: FileKind }[]>()
  for (const [path, kind] of entries) {
    if (path === '/') continue
    const parent = path.slice(0, path.lastIndexOf('/')) || '/'
    const name = path.slice(path.lastIndexOf('/') + 1)
    listings.set(parent, [...(listings.get(parent) ?? []), { name, kind }])
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
      if (typeof what !== 'object' || !('to' in what)) throw new Error(`${path} is no link`)
      return what.to
    },
    readFile(path: AbsolutePath) {
      if (entries.get(path) !== 'file') throw new Error(`${path} is no file`)
      const what = content[path]
      return typeof what === 'object' && 'text' in what ? what.text : ''
    },
    readDirectory(path: AbsolutePath) {
      if (entries.get(path) !== 'directory') throw new Error(`${path} is no directory`)
      return listings.get(path) ?? []
    },
  }
}
