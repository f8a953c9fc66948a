import type { ProxySettings } from '@linux-sandbox/config'
import { UsageError } from 'linux-sandbox'
import { expect, test } from 'vitest'
import { networkOf } from '../src/network.ts'
import { parseLine } from '../src/parse.ts'
import { COMMANDS } from '../src/table/commands.ts'

const DOMAINS: ProxySettings = {
  kind: 'domains',
  allow: [{ pattern: 'a.example', place: { path: [], line: 1 } }],
  deny: [],
  methods: ['GET'],
  socks: false,
}
const URLS: ProxySettings = { kind: 'urls', http: 'http://[::1]:3128', socks: undefined }

function network(line: string, configured?: ProxySettings): unknown {
  const { values } = parseLine(COMMANDS[0], [...line.split(' ').filter((word) => word !== ''), 'true'])
  return networkOf(values, configured, 'linux-sandbox')
}

test.each([
  { line: '', configured: undefined, kind: 'profile' },
  { line: '-n enabled', configured: DOMAINS, kind: 'profile' },
  { line: '-n restricted', configured: URLS, kind: 'profile' },
  { line: '', configured: URLS, kind: 'urls' },
  { line: '--use-proxy', configured: undefined, kind: 'environment' },
  { line: '-n restricted --use-proxy', configured: DOMAINS, kind: 'environment' },
])('"$line" with $configured.kind is of the kind $kind', ({ line, configured, kind }) => {
  expect(network(line, configured)).toMatchObject({ kind })
})

test('options add to what the profile allows, and --network restricted sets that aside', () => {
  const options = '--allow-host b.example --deny-host c.example --allow-method POST --allow-host d.example'
  const allow = [
    { pattern: 'b.example', source: '--allow-host' },
    { pattern: 'd.example', source: '--allow-host' },
  ]
  const deny = [{ pattern: 'c.example', source: '--deny-host' }]
  expect(network(options, DOMAINS)).toEqual({
    kind: 'filtered',
    allow: [{ pattern: 'a.example', source: { path: [], line: 1 } }, ...allow],
    deny,
    methods: ['GET', 'POST'],
    socks: false,
  })
  expect(network(`-n restricted ${options}`, DOMAINS)).toEqual({
    kind: 'filtered',
    allow,
    deny,
    methods: ['POST'],
    socks: true,
  })
  expect(network('--deny-host c.example', DOMAINS)).toMatchObject({ kind: 'filtered', deny })
})

test.each([
  { line: '-n enabled --allow-host x', configured: undefined },
  { line: '-n enabled --use-proxy', configured: undefined },
  { line: '--use-legacy-landlock --allow-host x', configured: undefined },
  { line: '--use-proxy --allow-host x', configured: undefined },
  { line: '--use-proxy', configured: DOMAINS },
  { line: '--use-proxy', configured: URLS },
  { line: '--allow-host x', configured: URLS },
  { line: '--deny-host x', configured: undefined },
  { line: '-n restricted --allow-method GET', configured: DOMAINS },
])('"$line" with $configured.kind is a contradiction', ({ line, configured }) => {
  expect(() => network(line, configured)).toThrow(UsageError)
})
