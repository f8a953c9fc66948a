import { lstatSync } from 'node:fs'
import type { Note, Violation } from './result.js'

/** The protected names that were missing when the command started and are there now. */
export function violationsAfter(notes: readonly Note[]): Violation[] {
  return notes.flatMap((note) => {
    if (note.kind !== 'protected-name-missing' || !isThere(note.path)) return []
    const { path } = note
    const message = `${path} appeared while the command ran; look at it before a program outside the sandbox trusts it`
    return [{ kind: 'protected-name-created', path, message }]
  })
}

/** A link that leads nowhere counts: what it leads to can come later. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined
  } catch {
    return false // nothing can be seen there, or its directory is gone
  }
}
