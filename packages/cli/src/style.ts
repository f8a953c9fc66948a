import type { Access } from '@linux-sandbox/policy'

/** How a stream is written to. */
export interface Style {
  readonly hasColour: boolean
  readonly isUtf8: boolean
}

export interface Terminal {
  readonly isTerminal: boolean
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Colour only on a terminal and without `NO_COLOR`; lines beyond ASCII only where the locale is UTF-8. @see locale(7) */
export function styleFor({ isTerminal, env }: Terminal): Style {
  const hasColour = isTerminal && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || ''
  return { hasColour, isUtf8: /utf-?8/i.test(locale) }
}

/** The escape sequences of ECMA-48. */
const COLOUR: Readonly<Record<Access, string>> = {
  write: '\u001B[32m',
  read: '\u001B[33m',
  deny: '\u001B[31m',
}
const PLAIN = '\u001B[0m'

export function coloured(text: string, access: Access, { hasColour }: Style): string {
  return hasColour ? `${COLOUR[access]}${text}${PLAIN}` : text
}
