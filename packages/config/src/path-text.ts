import { parseAbsolutePath, type AbsolutePath } from '@linux-sandbox/policy'
import type { IssueList, Place } from './place.js'
import { quote } from './tree.js'

/** What the readers of paths need. */
export interface ReadContext {
  readonly issues: IssueList
  /** What `~` stands for. */
  readonly home: string | undefined
}

/** Whether `text` is written as a path: absolute, or below the home directory. */
export function isPathText(text: string): boolean {
  return text.startsWith('/') || text === '~' || text.startsWith('~/')
}

/** `text` as an absolute path, with `~` replaced; otherwise an issue at `place`. */
export function readPath(text: string, place: Place, context: ReadContext): AbsolutePath | undefined {
  if (!isPathText(text)) {
    context.issues.add(
      place,
      `must be an absolute path, ~, or a path that begins with ~/, not ${quote(text)}`,
    )
    return undefined
  }
  const base = text.startsWith('/') ? '' : readHome(place, context)
  if (base === undefined) return undefined
  const path = parseAbsolutePath(base + text.replace(/^~/, ''))
  if (path === undefined)
    context.issues.add(place, 'must not contain a NUL character or half of a surrogate pair')
  return path
}

/** The home directory, for what is written at `place`. */
export function readHome(place: Place, { home, issues }: ReadContext): AbsolutePath | undefined {
  const path = parseAbsolutePath(home ?? '')
  if (path !== undefined) return path
  issues.add(
    place,
    home ? `~ is no path: the home directory is ${quote(home)}` : '~ is no path: there is no home directory',
  )
  return undefined
}
