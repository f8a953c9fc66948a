/** What one proxy holds at most. */
export interface EgressLimits {
  /** Connections of clients at a time; a further one is reset at once. */
  readonly connections: number
  /** Bytes of the header of a request or an answer. */
  readonly headerBytes: number
  /** Until a client has said what it wants, and between two requests on one connection, in milliseconds. */
  readonly handshakeMs: number
  /** For asking what addresses a name has, and then again for connecting to one of them, in milliseconds. */
  readonly connectMs: number
  /** Without a byte in either direction, in milliseconds. */
  readonly idleMs: number
}

export const DEFAULT_LIMITS: EgressLimits = {
  connections: 1024,
  headerBytes: 16 * 1024,
  handshakeMs: 10_000,
  connectMs: 10_000,
  idleMs: 300_000,
}

/** Half of the longest time that Node's `setTimeout` takes, in milliseconds: some of it is waited for twice. */
const LIMIT_MAX = 2 ** 30 - 1

/**
 * The defaults, with what `limits` has.
 *
 * @throws {TypeError} for a limit that is unknown, or no whole number from 1 on.
 */
export function completeLimits(limits: Partial<EgressLimits> = {}): EgressLimits {
  for (const [name, value] of Object.entries(limits)) {
    if (!Object.hasOwn(DEFAULT_LIMITS, name)) throw new TypeError(`there is no limit named ${name}`)
    if (value === undefined) throw new TypeError(`the limit ${name} has no value`)
    if (!Number.isInteger(value) || value < 1 || value > LIMIT_MAX) {
      throw new TypeError(`the limit ${name} must be a whole number from 1 to ${LIMIT_MAX}, not ${value}`)
    }
  }
  return { ...DEFAULT_LIMITS, ...limits }
}
