/** What the library keeps of its broker, as far as a test says it. */
export interface BrokerState {
  /** From which resident size on there is one, in bytes. */
  readonly memoryFrom: number
  /** From which command on there is one, whatever that size. Default: none. */
  readonly commandsFrom?: number
}

export const ALWAYS_BROKER: BrokerState = { memoryFrom: 0 }

/** More than any process has. */
export const NEVER_BROKER: BrokerState = { memoryFrom: Number.MAX_SAFE_INTEGER }

/** As in a process that is never large. */
export const SMALL_CALLER: BrokerState = { ...NEVER_BROKER, commandsFrom: 2 }

/** `SANDBOX_TEST_BROKER=1` has every test of the library use the broker. */
export function brokerState(): BrokerState | undefined {
  return process.env['SANDBOX_TEST_BROKER'] === '1' ? ALWAYS_BROKER : undefined
}
