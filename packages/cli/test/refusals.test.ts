import type { Decision } from '@linux-sandbox/egress-proxy'
import { expect, test } from 'vitest'
import { Refusals } from '../src/refusals.ts'

const BLOCKED = { time: '', status: 'blocked', message: 'why', port: 443 } as const

function refusals(decisions: readonly Partial<Decision>[]): Refusals {
  const found = new Refusals()
  for (const decision of decisions) found.add({ ...BLOCKED, ...decision })
  return found
}

test.each([
  {
    decision: { host: 'a.example', reason: 'blocked-by-allowlist' },
    line: 'a.example:443 (no rule allows it); allow it with --allow-host a.example:443',
  },
  {
    decision: { host: '2001:db8::1', reason: 'blocked-by-allowlist' },
    line: '[2001:db8::1]:443 (no rule allows it); allow it with --allow-host [2001:db8::1]:443',
  },
  {
    decision: { host: 'a.example', reason: 'blocked-by-denylist', rule: '*.example' },
    line: 'a.example:443 (the rule *.example denies it)',
  },
  {
    decision: { host: 'a.example', reason: 'blocked-by-method-policy', rule: 'a.example', method: 'PUT' },
    line: 'PUT to a.example:443 (the method is not allowed); allow it with --allow-method PUT',
  },
  {
    decision: { host: 'a.example', reason: 'blocked-by-address-policy' },
    line: 'a.example:443 (its address is not public); allow that, too, with --allow-host ADDRESS',
  },
  { decision: { host: 'a.example', reason: 'invalid-request' }, line: 'a.example:443 (why)' },
  {
    decision: { reason: 'invalid-request', message: 'no \u001B[2J host' },
    line: String.raw`no "\u001b[2J" host`,
  },
] as const)('$decision.reason of $decision.host is said as a line', ({ decision, line }) => {
  expect(refusals([decision]).lines()).toEqual([`refused: ${line}`])
})

test('what was allowed or failed is no refusal', () => {
  const found = refusals([{ status: 'allowed' }, { status: 'failed', reason: 'connect-failed' }])
  expect({ requests: found.requests, list: found.list, lines: found.lines() }).toEqual({
    requests: 0,
    list: [],
    lines: [],
  })
})

test('a host is kept once for each reason, and a hundred of them; all requests are counted', () => {
  const asked = Array.from({ length: 150 }, (_, index) => ({
    host: `h${index}.example`,
    reason: 'blocked-by-allowlist' as const,
  }))
  const found = refusals([...asked, ...asked])
  expect([found.requests, found.list.length]).toEqual([300, 100])
  expect(found.list.every(({ requests }) => requests === 2)).toBe(true)
  expect(found.lines()).toHaveLength(11)
  expect(found.lines().at(-1)).toBe('refused: many others; --proxy-log has all')
  expect(refusals(asked.slice(0, 11)).lines().at(-1)).toBe('refused: 1 other; --proxy-log has all')
})
