import { expect, test } from 'vitest'
import { devProfile, issuesOf, load } from './support.js'

const RULES =
  'network.domains = { "a.example" = "allow", "*.B.example:443" = "allow", "x.a.example" = "deny" }'

test('domains are rules of a proxy, in small letters and with their places', () => {
  const { proxy, profile, unixSockets, notes } = load(devProfile(`extends = ":workspace"\n${RULES}`))
  expect({ proxy, unixSockets, notes }).toEqual({
    proxy: {
      kind: 'domains',
      allow: [
        { pattern: '*.b.example:443', place: expect.objectContaining({ line: 4 }) },
        { pattern: 'a.example', place: expect.objectContaining({ line: 4, column: 21 }) },
      ],
      deny: [{ pattern: 'x.a.example', place: expect.objectContaining({ line: 4 }) }],
      methods: undefined,
      socks: true,
    },
    unixSockets: false,
    notes: [],
  })
  expect(profile).toMatchObject({ network: 'restricted' })
})

test.each([
  { enabled: 'network.enabled = true', isThere: true, notes: [] },
  { enabled: '', isThere: true, notes: [] },
  { enabled: 'network.enabled = false', isThere: false, notes: ['proxy-without-effect'] },
])('with domains and "$enabled" the network of the host is never reached', ({ enabled, isThere, notes }) => {
  const found = load(devProfile(`extends = ":workspace"\n${RULES}\n${enabled}`))
  expect(found.profile).toMatchObject({ network: 'restricted' })
  expect(found.proxy !== undefined).toBe(isThere)
  expect(found.notes.map(({ kind }) => kind)).toEqual(notes)
})

test.each([
  { key: 'mode = "full"', facts: { methods: undefined, socks: true } },
  { key: 'mode = "limited"', facts: { methods: ['GET', 'HEAD', 'OPTIONS'], socks: true } },
  { key: 'enable_socks5 = false', facts: { methods: undefined, socks: false } },
  { key: 'domains = {}', facts: { methods: undefined, socks: true } },
])('$key alone allows nothing, which is noted', ({ key, facts }) => {
  const { proxy, profile, notes } = load(
    devProfile(`extends = ":workspace"\nnetwork.enabled = true\nnetwork.${key}`),
  )
  expect(proxy).toEqual({ kind: 'domains', allow: [], deny: [], ...facts })
  expect(profile).toMatchObject({ network: 'restricted' })
  expect(notes.map(({ kind }) => kind)).toEqual(['no-domain-allowed'])
})

test('a child adds domains, replaces those it names, and keeps the rest of what its parent says', () => {
  const text = `${devProfile('extends = "base"\nnetwork.domains = { "A.example" = "deny", "c.example" = "allow" }')}
    [permissions.base]
    extends = ":workspace"
    network.mode = "limited"
    network.domains = { "a.example" = "allow", "b.example" = "allow" }
  `
  const { proxy } = load(text)
  expect(proxy).toMatchObject({
    allow: [{ pattern: 'b.example' }, { pattern: 'c.example' }],
    deny: [{ pattern: 'a.example' }],
    methods: ['GET', 'HEAD', 'OPTIONS'],
  })
})

test('proxies of somebody else are named by URLs, and exclude domains, also those of a parent', () => {
  const urls = 'network.proxy_url = "http://localhost:3128"\nnetwork.socks_url = "socks5h://[::1]:1080"'
  const { proxy, profile } = load(devProfile(`extends = ":workspace"\nnetwork.enabled = true\n${urls}`))
  expect(proxy).toEqual({ kind: 'urls', http: 'http://localhost:3128', socks: 'socks5h://[::1]:1080' })
  expect(profile).toMatchObject({ network: 'restricted' })
  const inherited = `${devProfile(`extends = "base"\n${urls}`)}\n[permissions.base]\n${RULES}`
  expect(issuesOf(inherited)).toEqual([
    expect.objectContaining({ line: 4, message: expect.stringMatching(/^contradicts domains/) }),
  ])
})

test('sockets of the host are asked for by themselves', () => {
  const key = 'network.dangerously_allow_all_unix_sockets = true'
  expect(load(devProfile(`extends = ":workspace"\n${key}`))).toMatchObject({
    unixSockets: true,
    proxy: undefined,
    profile: { network: 'restricted' },
  })
})

test('overrides set domains and replace them', () => {
  const text = devProfile(`extends = ":workspace"\n${RULES}`)
  const key = 'permissions.dev.network.domains'
  const { proxy } = load(text, { overrides: [`${key}."a.example"=deny`, `${key}."c.example"=allow`] })
  expect(proxy).toMatchObject({
    allow: [
      { pattern: '*.b.example:443' },
      { pattern: 'c.example', place: { override: `${key}."c.example"=allow` } },
    ],
    deny: [{ pattern: 'a.example' }, { pattern: 'x.a.example' }],
  })
  const off = load(text, { overrides: ['permissions.dev.network.enabled=false'] })
  expect(off.proxy).toBeUndefined()
})
