import { constants } from 'node:os'

/**
 * The number of a signal as `kill` of a child takes it, which may be 0.
 *
 * @throws {TypeError} for one that does not exist, with Node's own code.
 */
export function signalNumber(signal: NodeJS.Signals | number): number {
  const number = knownNumber(signal)
  if (number !== undefined) return number
  throw Object.assign(new TypeError(`Unknown signal: ${signal}`), { code: 'ERR_UNKNOWN_SIGNAL' })
}

export function isSignal(signal: NodeJS.Signals | number): boolean {
  return signal !== 0 && knownNumber(signal) !== undefined
}

function knownNumber(signal: NodeJS.Signals | number): number | undefined {
  const { signals } = constants
  if (typeof signal !== 'number') return new Map(Object.entries(signals)).get(String(signal).toUpperCase())
  return signal === 0 || Object.values<number>(signals).includes(signal) ? signal : undefined
}
