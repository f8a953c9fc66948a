import { constants } from 'node:os'

/** The name of signal `number`, for example `SIGTERM`; `SIG` and the number for one that Node has no name for. */
export function signalName(number: number): NodeJS.Signals {
  const found = Object.entries(constants.signals).find(([, value]) => value === number)
  return (found?.[0] ?? `SIG${number}`) as NodeJS.Signals
}
