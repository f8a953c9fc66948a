import { expect, test } from 'vitest'
import { completeLimits } from '../src/limits.ts'
import { formatDecision } from '../src/log.ts'

const TIME = '2026-01-01T00:00:00.000Z'

test('a decision is one line of JSON', () => {
  const decision = {
    time: TIME,
    status: 'allowed',
    protocol: 'connect',
    host: 'a.example',
    port: 443,
  } as const
  const line = formatDecision(decision)
  expect(line.match(/\n/g)).toEqual(['\n'])
  expect(JSON.parse(line)).toEqual(decision)
})

test('no value ends the line, moves a cursor, or is long', () => {
  const message = `\n\r\u2028\u001b[2J\u009b\u007f"é${'x'.repeat(5000)}`
  const line = formatDecision({ time: TIME, status: 'blocked', message })
  expect(line).toMatch(/^[ -~]+\n$/)
  expect(line.length).toBeLessThan(1200)
  expect(JSON.parse(line)).toEqual({ time: TIME, status: 'blocked', message: `${message.slice(0, 1024)}...` })
})

test.each([
  { idle: 1 },
  { idleMs: 0 },
  { idleMs: -1 },
  { idleMs: 1.5 },
  { idleMs: Infinity },
  { idleMs: '1' },
  { idleMs: undefined },
])('%j are no limits', (limits) => {
  expect(() => completeLimits(limits as object)).toThrow(TypeError)
})
