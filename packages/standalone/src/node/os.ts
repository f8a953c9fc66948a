import { process } from './process.js'

declare const SIGNAL_NUMBERS: Readonly<Record<string, number>>

export const constants = { signals: SIGNAL_NUMBERS }

export function tmpdir(): string {
  return process.env['TMPDIR'] ?? '/tmp'
}
