import { existsSync } from 'node:fs'
import type { PlanNote } from '@linux-sandbox/mount-plan'
import type { Violation } from './result.js'

/** The protected names that were missing when the command started and are there now. */
export function violationsAfter(notes: readonly PlanNote[]): Violation[] {
  return notes
    .filter(({ code, path }) => code === 'PROTECTED_NAME_MISSING' && existsSync(path))
    .map(({ path }) => ({
      code: 'PROTECTED_NAME_CREATED',
      path,
      message: `${path} appeared while the command ran; look at it before a program outside the sandbox trusts it`,
    }))
}
