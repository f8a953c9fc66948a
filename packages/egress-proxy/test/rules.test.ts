import { PolicyInvalidError } from '@linux-sandbox/errors'
import { expect, test } from 'vitest'
import { parseHost } from '../src/host.ts'
import { matchesPattern } from '../src/pattern.ts'
import { compileRules, type EgressRules } from '../src/rules.ts'

test.each([
  {
    rule: 'a.example',
    matches: ['a.example:1', 'A.EXAMPLE.:2'],
    not: ['b.a.example:1', 'xa.example:1', 'a.example.b:1'],
  },
  { rule: 'A.Example.', matches: ['a.example:1'], not: ['b.example:1'] },
  { rule: 'bücher.example', matches: ['xn--bcher-kva.example:1'], not: ['bucher.example:1'] },
  {
    rule: '*.a.example',
    matches: ['b.a.example:1', 'c.b.a.example:1'],
    not: ['a.example:1', 'ba.example:1'],
  },
  {
    rule: '**.a.example',
    matches: ['b.a.example:1', 'c.b.a.example:1', 'a.example:1'],
    not: ['ba.example:1'],
  },
  { rule: 'a.example:443', matches: ['a.example:443'], not: ['a.example:80', 'b.a.example:443'] },
  { rule: '*.a.example:443', matches: ['b.a.example:443'], not: ['b.a.example:80'] },
  { rule: '10.1.2.3', matches: ['10.1.2.3:1', '0xa.0x10203:1', '[::ffff:10.1.2.3]:1'], not: ['10.1.2.4:1'] },
  { rule: '0x7f.1', matches: ['127.0.0.1:1'], not: ['127.0.0.2:1'] },
  { rule: '10.1.2.3:22', matches: ['10.1.2.3:22'], not: ['10.1.2.3:23'] },
  {
    rule: '10.0.0.0/8',
    matches: ['10.255.0.1:1', '[::ffff:10.0.0.1]:1'],
    not: ['11.0.0.0:1', 'a.example:1', '[fd00::1]:1'],
  },
  { rule: '::ffff:10.0.0.0/104', matches: ['10.255.0.1:1'], not: ['11.0.0.0:1'] },
  { rule: '0.0.0.0/0', matches: ['1.2.3.4:1'], not: ['[::1]:1', 'a.example:1'] },
  { rule: '::/0', matches: ['[::1]:1'], not: ['1.2.3.4:1'] },
  { rule: 'fd00::/8', matches: ['[fd12::1]:1'], not: ['[fc00::1]:1'] },
  { rule: '::1', matches: ['[::1]:1', '[0:0::1]:2'], not: ['[::2]:1', '127.0.0.1:1'] },
  { rule: '[::1]:8080', matches: ['[::1]:8080'], not: ['[::1]:80'] },
  { rule: '*', matches: ['a.example:1', '1.2.3.4:1', '[::1]:1'], not: [] },
  { rule: '*:443', matches: ['a.example:443', '[::1]:443'], not: ['a.example:80'] },
])('the rule $rule is about $matches and not about $not', ({ rule, matches, not }) => {
  const [compiled] = compileRules({ allow: [rule] }).allow
  const about = (text: string): boolean => {
    const [, host = '', port] = /^(.*):(\d+)$/.exec(text) ?? []
    return matchesPattern(compiled!.pattern, parseHost(host)!, Number(port))
  }
  expect({ matches: matches.filter(about), not: not.filter(about) }).toEqual({ matches, not: [] })
})

test.each([
  { rule: '', message: '"" is no host, address, network or host:port' },
  {
    rule: 'https://a.example',
    message: '"https://a.example" is a URL; write the host, and the port after a colon',
  },
  { rule: 'a b', message: '"a b" is no host, address, network or host:port' },
  { rule: 'a.example:0', message: '"a.example:0" is no host, address, network or host:port' },
  { rule: 'a.example:https', message: '"a.example:https" is no host, address, network or host:port' },
  { rule: 'a.*.example', message: '"a.*.example" is no host, address, network or host:port' },
  { rule: '*a.example', message: '"*a.example" is no host, address, network or host:port' },
  { rule: '***.example', message: '"***.example" is no host, address, network or host:port' },
  { rule: '**', message: '"**" is no host, address, network or host:port' },
  { rule: '*.', message: '"*." is no host, address, network or host:port' },
  { rule: '*.10.0.0.1', message: '"*.10.0.0.1" has an address where a domain must be' },
  { rule: '*.1', message: '"*.1" has an address where a domain must be' },
  { rule: '*:', message: '"*:" has no port from 1 to 65535 after the colon' },
  { rule: '*:99999', message: '"*:99999" has no port from 1 to 65535 after the colon' },
  { rule: '10.0.0.0/33', message: '"10.0.0.0/33" has a number of bits that no such network has: 33' },
  {
    rule: '::ffff:10.0.0.0/8',
    message: '"::ffff:10.0.0.0/8" has a number of bits that no such network has: 8',
  },
  { rule: 'fd00::/129', message: '"fd00::/129" has a number of bits that no such network has: 129' },
  {
    rule: '10.1.2.3/8',
    message: '"10.1.2.3/8" has an address with bits beyond the first 8; the network is 10.0.0.0/8',
  },
  { rule: '10.0.0.0/8:443', message: '"10.0.0.0/8:443" is no network: write address/bits, without a port' },
  { rule: '10/8', message: '"10/8" is no network: write address/bits, without a port' },
  { rule: 'a.example/path', message: '"a.example/path" is no network: write address/bits, without a port' },
  { rule: 'fe80::1%eth0', message: '"fe80::1%eth0" is no host, address, network or host:port' },
])('the rule $rule is refused: $message', ({ rule, message }) => {
  expect(issuesOf({ allow: [rule] })).toEqual([{ path: ['allow', 0], message }])
})

test('every rule that does not mean anything is told at once', () => {
  const rules = {
    allow: ['a.example', '*x', { host: '10.1.1.1/8', methods: [] }, 7],
    deny: [{ host: 'b.example', methods: ['get', 'GET'], port: 1 }],
    methods: ['FETCH'],
    block: [],
  } as unknown as EgressRules
  expect(issuesOf(rules).map(({ path }) => path)).toEqual([
    ['block'],
    ['methods', 0],
    ['allow', 1],
    ['allow', 2, 'methods'],
    ['allow', 2],
    ['allow', 3],
    ['deny', 0, 'port'],
    ['deny', 0, 'methods', 0],
  ])
})

test.each([null, 'a.example', [], {}, { allow: 'a.example' }, { allow: null }])(
  '%j are no rules',
  (rules) => {
    expect(() => compileRules(rules as unknown as EgressRules)).toThrow(PolicyInvalidError)
  },
)

test('a list of methods of a rule stands in the place of the one for all', () => {
  const rules = compileRules({
    allow: ['a.example', { host: 'b.example', methods: ['POST'] }],
    methods: ['GET'],
  })
  expect(rules.allow.map(({ methods }) => [...(methods ?? [])])).toEqual([['GET'], ['POST']])
})

function issuesOf(rules: EgressRules): readonly { path: readonly (string | number)[]; message: string }[] {
  try {
    compileRules(rules)
  } catch (error) {
    if (error instanceof PolicyInvalidError) return error.issues
    throw error
  }
  return []
}
