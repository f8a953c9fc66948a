import { lstatSync } from 'node:fs'
import type { ViolationReport } from '@linux-sandbox/native'
import { errnoName } from './errno-name.js'
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

/** What `supervise` found wrong with a placeholder. */
export function placeholderViolation(report: ViolationReport): Violation {
  const { violation, path, movedTo } = report
  return {
    kind: `placeholder-${violation}`,
    path,
    message: placeholderMessage(report),
    ...(movedTo === undefined ? {} : { movedTo }),
  }
}

function placeholderMessage({ violation, path, movedTo, errno }: ViolationReport): string {
  switch (violation) {
    case 'removed':
      return `the placeholder that stood at ${path} was removed while the command ran, so the name was not protected`
    case 'replaced':
      return movedTo === undefined
        ? `something else was put at ${path} while the command ran and is still there (${errnoName(errno)}); look at it before a program trusts it`
        : `something else was put at ${path} while the command ran; it is at ${movedTo} now, move it back if it is yours`
    case 'filled':
      return `a program outside the sandbox changed what is in ${path} while the command ran; it was left there`
    case 'left':
      return `the placeholder ${path} could not be removed (${errnoName(errno)}); the next sandbox tries again`
  }
}

/** A link that leads nowhere counts: what it leads to can come later. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined
  } catch {
    return false // nothing can be seen there, or its directory is gone
  }
}
