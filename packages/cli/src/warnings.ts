import type { Note } from '@linux-sandbox/config'
import type { Request } from './sandbox-options.js'

/** Who asks for a profile by `-P` need not be told that it is not `:workspace`. */
const MEANT_BY_PROFILE: readonly Note['kind'][] = ['settings-without-effect']

/** Who sets a key for one command knows what it does. */
const MEANT_BY_OVERRIDE: readonly Note['kind'][] = ['proxy-without-effect']

/** Says on stderr what in the configuration is allowed and probably not meant. */
export function warnAboutConfiguration(
  { notes, configuration }: Pick<Request, 'notes' | 'configuration'>,
  { isProfileAsked }: { readonly isProfileAsked: boolean },
): void {
  for (const note of notes) {
    if (isProfileAsked && MEANT_BY_PROFILE.includes(note.kind)) continue
    if (note.override !== undefined && MEANT_BY_OVERRIDE.includes(note.kind)) continue
    process.stderr.write(`linux-sandbox: warning: ${note.message}${placeOf(note, configuration)}\n`)
  }
}

function placeOf({ line, override }: Note, configuration: string | undefined): string {
  if (override !== undefined) return ` (-c ${override})`
  return line === undefined ? '' : ` (${configuration}, line ${line})`
}
