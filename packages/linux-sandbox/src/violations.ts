import { existsSync } from 'node:fs'
import type { Note, Violation } from './result.js'

/** The protected names that were missing when the command started and are there now. */
export function violationsAfter(notes: readonly Note[]): Violation[] {
  return notes.flatMap((note) => {
    if (note.kind !== 'protected-name-missing' || !existsSync(note.path)) return []
    const { path } = note
    const message = `${path} appeared while the command ran; look at it before a program outside the sandbox trusts it`
    return [{ kind: 'protected-name-created', path, message }]
  })
}
