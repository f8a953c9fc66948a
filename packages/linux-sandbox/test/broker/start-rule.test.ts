import { expect, test } from 'vitest'
import { BROKER_RULE, isWorthBroker } from '../../src/broker/start-rule.js'

const MIB = 2 ** 20

test.each([
  { command: 1, mebibytes: 50, isWorth: false, why: 'it may be the only one' },
  { command: 2, mebibytes: 50, isWorth: true, why: 'more may follow' },
  { command: 1000, mebibytes: 50, isWorth: true, why: 'the broker could not be started before' },
  { command: 1, mebibytes: 63, isWorth: false, why: 'it may be the only one' },
  { command: 1, mebibytes: 64, isWorth: true, why: 'starting it by Node takes as long' },
  { command: 1, mebibytes: 2000, isWorth: true, why: 'starting it by Node takes as long' },
])(
  'command $command of a process of $mebibytes MiB: $isWorth, as $why',
  ({ command, mebibytes, isWorth }) => {
    expect(isWorthBroker(command, mebibytes * MIB, BROKER_RULE)).toBe(isWorth)
  },
)

test('a rule without commands is one of memory alone', () => {
  const rule = { memoryFrom: 100 * MIB }
  expect([1, 2, 1000].map((command) => isWorthBroker(command, 99 * MIB, rule))).toEqual([false, false, false])
  expect(isWorthBroker(1, 100 * MIB, rule)).toBe(true)
})
