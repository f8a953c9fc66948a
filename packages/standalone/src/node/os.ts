import { process } from './process.js'

declare const __signals: Readonly<Record<string, number>>

export const constants = { signals: __signals }

export function tmpdir(): string {
  return process.env['TMPDIR'] ?? '/tmp'
}
