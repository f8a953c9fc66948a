/** When a process has a broker. */
export interface BrokerRule {
  /** From which resident size on, in bytes. */
  readonly memoryFrom: number
  /** From which command on, whatever its size. Default: none. */
  readonly commandsFrom?: number
}

/**
 * Measured, each as the time in which nothing else of the process happens: a start by Node takes 1.0 ms at 55 MiB, 1.4 at 69, 2.5 at 119, 14
 * at 570 and 48 at 2100; one by a broker 0.35 to 0.6, in which the process also plans what is started. At 55 MiB `spawn` of a sandbox returns
 * after 1.7 ms in place of 2.6, and the broker's own start takes 2 ms. So it has paid for itself with the second command of a large process,
 * and with the fifth of a small one. A small process that runs only one command has no broker.
 */
export const BROKER_RULE: BrokerRule = { memoryFrom: 64 * 2 ** 20, commandsFrom: 2 }

/**
 * Whether a broker is started for a command.
 *
 * @param command - its number among those of this process that a broker could start, from 1 up.
 * @param memory - the resident size of this process, in bytes.
 */
export function isWorthBroker(command: number, memory: number, rule: BrokerRule): boolean {
  return memory >= rule.memoryFrom || command >= (rule.commandsFrom ?? Infinity)
}
