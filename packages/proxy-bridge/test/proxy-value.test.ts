import { BlockList, isIPv6 } from 'node:net'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseProxyValue, rewriteProxyValue } from '../src/index.ts'
import { anyTcpValue, anyText, LOOPBACK_SPELLINGS } from './arbitraries.ts'

const PORT_INSIDE = 20_000

function rewrite(value: string): string {
  const parsed = parseProxyValue(value)
  if (parsed.endpoint === undefined) throw new Error(parsed.why)
  return rewriteProxyValue(parsed, PORT_INSIDE)
}

test.each([
  { value: 'http://127.0.0.1', port: 80, why: 'the port of HTTP' },
  { value: 'https://127.0.0.1', port: 443, why: 'the port of HTTPS' },
  { value: 'https://127.0.0.1:443', port: 443, why: 'a default port that is written' },
  { value: 'http://127.0.0.1:80/', port: 80, why: 'a default port that is written' },
  { value: 'http://127.0.0.1:', port: 80, why: 'a colon without a port, as URLs may have it' },
  { value: 'http://127.0.0.1:08080', port: 8080, why: 'zeros in front' },
  { value: 'socks://127.0.0.1', port: 1080, why: 'the port of SOCKS' },
  { value: 'socks4://127.0.0.1', port: 1080, why: 'the port of SOCKS' },
  { value: 'socks4a://127.0.0.1', port: 1080, why: 'the port of SOCKS' },
  { value: 'socks5://127.0.0.1', port: 1080, why: 'the port of SOCKS' },
  { value: 'SOCKS5H://127.0.0.1', port: 1080, why: 'schemes have no case' },
  { value: 'ws://127.0.0.1', port: 80, why: 'any other scheme' },
  { value: '127.0.0.1', port: 80, why: 'no scheme is HTTP' },
  { value: 'localhost:3128', port: 3128, why: 'no scheme, with a port' },
  { value: ' \thttp://localhost:65535\n', port: 65_535, why: 'white space around it' },
  { value: 'user:pw@localhost:3128', port: 3128, why: 'credentials without a scheme' },
  { value: 'http://user:p@ss@localhost:3128', port: 3128, why: 'the last @ ends the credentials' },
  { value: 'localhost:3128/redirect?to=http://a.example', port: 3128, why: 'a scheme in the query is none' },
  { value: 'socks5h://localhost:1081/a', port: 1081, why: 'with a port it is no Unix socket' },
  { value: 'socks5h://localhost/', port: 1080, why: 'a path of one slash is none' },
])('$value is port $port: $why', ({ value, port }) => {
  expect(parseProxyValue(value).endpoint).toEqual({ kind: 'tcp', address: '127.0.0.1', port })
})

test.each(LOOPBACK_SPELLINGS)('$host is $address', ({ host, address }) => {
  expect(parseProxyValue(`http://${host}:3128`).endpoint).toEqual({ kind: 'tcp', address, port: 3128 })
})

test.each([
  { value: 'unix:///run/proxy.sock', path: '/run/proxy.sock', after: 'http://127.0.0.1:20000' },
  { value: 'UNIX:/run/proxy.sock', path: '/run/proxy.sock', after: 'http://127.0.0.1:20000' },
  { value: 'unix:///run/a%20b?c#d e', path: '/run/a%20b?c#d e', after: 'http://127.0.0.1:20000' },
  { value: 'http+unix://%2Frun%2Fp.sock', path: '/run/p.sock', after: 'http://127.0.0.1:20000' },
  {
    value: 'https+unix://u:p%40@%2frun%2fp.sock/x?y=1',
    path: '/run/p.sock',
    after: 'https://u:p%40@127.0.0.1:20000/x?y=1',
  },
  { value: 'socks5+unix://%2Frun%2Fp.sock', path: '/run/p.sock', after: 'socks5://127.0.0.1:20000' },
  { value: 'socks5h://localhost/run/a%20b', path: '/run/a b', after: 'socks5h://127.0.0.1:20000' },
  { value: 'socks5://u:p@LOCALHOST/run/p', path: '/run/p', after: 'socks5://u:p@127.0.0.1:20000' },
])('$value is the Unix socket $path', ({ value, path, after }) => {
  expect(parseProxyValue(value).endpoint).toEqual({ kind: 'unix', path })
  expect(rewrite(value)).toBe(after)
})

const NOT_A_URL = 'is not the URL of a proxy'
const NO_SOCKET = 'names no absolute path of a Unix socket'

test.each([
  { value: '', why: 'is empty' },
  { value: ' \n', why: 'is empty' },
  { value: 'http://127.0.0.1:0', why: 'its port is not one of 1 to 65535' },
  { value: 'http://127.0.0.1:65536', why: 'its port is not one of 1 to 65535' },
  { value: `http://127.0.0.1:${'9'.repeat(400)}`, why: 'its port is not one of 1 to 65535' },
  { value: 'http://127.0.0.1:http', why: NOT_A_URL },
  { value: 'http://proxy.example:3128', why: 'its host proxy.example is not on loopback' },
  { value: 'http://0.0.0.0:3128', why: 'its host 0.0.0.0 is not on loopback' },
  { value: 'http://[::]:3128', why: 'its host [::] is not on loopback' },
  { value: 'http://[::127.0.0.1]:1', why: 'its host [::127.0.0.1] is not on loopback' },
  { value: 'http://[::ffff:128.0.0.1]', why: 'its host [::ffff:128.0.0.1] is not on loopback' },
  { value: 'http://128.0.0.1', why: 'its host 128.0.0.1 is not on loopback' },
  { value: 'http://localhost.example', why: 'its host localhost.example is not on loopback' },
  { value: 'http://proxy.localhost', why: 'its host proxy.localhost is not on loopback' },
  { value: 'http://127.0.0.1.example', why: 'its host 127.0.0.1.example is not on loopback' },
  { value: 'http://localhost@proxy.example', why: 'its host proxy.example is not on loopback' },
  { value: 'http://tok/en@proxy.example', why: 'its host is not on loopback' },
  { value: 'http://127.0.0.08', why: NOT_A_URL },
  { value: 'http://127.0.0.256', why: NOT_A_URL },
  { value: 'http://[::1', why: NOT_A_URL },
  { value: 'http://[::1%25lo]:1', why: NOT_A_URL },
  { value: 'localhost://[', why: NOT_A_URL },
  { value: 'http://', why: NOT_A_URL },
  { value: '//127.0.0.1:1', why: NOT_A_URL },
  { value: 'http://evil.example\\@127.0.0.1', why: NOT_A_URL },
  { value: 'http://127.0.0.1\t:1', why: NOT_A_URL },
  { value: 'http://%6cocalhost:1', why: NOT_A_URL },
  { value: 'http://１２７.0.0.1:1', why: NOT_A_URL },
  { value: 'unix:////run/p', why: NO_SOCKET },
  { value: 'unix://host/run/p', why: NO_SOCKET },
  { value: 'unix:///run/\0', why: NO_SOCKET },
  { value: 'http+unix://run/p', why: NO_SOCKET },
  { value: 'http+unix://', why: NO_SOCKET },
  { value: 'http+unix://%2Fa%', why: NO_SOCKET },
  { value: 'http+unix://%2Fa%00b', why: NO_SOCKET },
  { value: 'http+unix://%2Fa%FF', why: NO_SOCKET },
  {
    value: `unix:///${'é'.repeat(54)}`,
    why: 'the path of its Unix socket has 109 bytes, and 107 are possible',
  },
])('$value has no endpoint', ({ value, why }) => {
  expect(parseProxyValue(value)).toEqual({ why })
})

test('the longest path that a Unix socket can have is taken', () => {
  const path = `/${'a'.repeat(106)}`
  expect(parseProxyValue(`unix://${path}`).endpoint).toEqual({ kind: 'unix', path })
})

test.each([
  { value: 'http://user:pw@localhost:80/path?x=1', after: 'http://user:pw@127.0.0.1:20000/path?x=1' },
  { value: '127.0.0.1:3128', after: '127.0.0.1:20000' },
  { value: 'user:pw@[::1]', after: 'user:pw@127.0.0.1:20000' },
  { value: 'HTTP://LOCALHOST', after: 'HTTP://127.0.0.1:20000' },
  { value: 'http://localhost:1/', after: 'http://127.0.0.1:20000/' },
  { value: 'http://localhost:1?x', after: 'http://127.0.0.1:20000?x' },
  { value: 'http://localhost:1#x', after: 'http://127.0.0.1:20000#x' },
  { value: 'http://a%zz^:p@w@localhost/../b c', after: 'http://a%zz^:p@w@127.0.0.1:20000/../b c' },
])('$value becomes $after', ({ value, after }) => {
  expect(rewrite(value)).toBe(after)
})

test('nothing but the host and port is rewritten, and the result names the listener', () => {
  fc.assert(
    fc.property(anyTcpValue, fc.integer({ min: 1024, max: 65_535 }), (value, port) => {
      const before = parseProxyValue(value.text)
      if (before.endpoint === undefined) throw new Error(`${value.text}: ${before.why}`)
      expect(before.endpoint).toEqual({ kind: 'tcp', address: value.host.address, port: value.port })
      const rewritten = rewriteProxyValue(before, port)
      expect(rewritten).toBe(`${value.scheme}${value.credentials}127.0.0.1:${port}${value.rest}`)
      expect(parseProxyValue(rewritten)).toEqual({
        ...before,
        endpoint: { kind: 'tcp', address: '127.0.0.1', port },
      })
    }),
  )
})

/** By Node's own reading of addresses. */
function isLoopback(hostname: string): boolean {
  const loopback = new BlockList()
  loopback.addSubnet('127.0.0.0', 8, 'ipv4')
  loopback.addAddress('::1', 'ipv6')
  if (hostname === 'localhost' || hostname === 'localhost.') return true
  const address = hostname.replaceAll(/[[\]]/g, '')
  return loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}

test('no text crashes, and a URL of HTTP that has an endpoint means the same by the URL standard', () => {
  let compared = 0
  fc.assert(
    fc.property(anyText, (text) => {
      const parsed = parseProxyValue(text)
      if (parsed.endpoint === undefined || !/^\s*http:\/\//i.test(text)) return
      compared++
      const url = new URL(text.trim())
      expect(isLoopback(url.hostname), url.hostname).toBe(true)
      expect(parsed.endpoint).toMatchObject({ kind: 'tcp', port: Number(url.port || 80) })
      const inside = new URL(rewriteProxyValue(parsed, PORT_INSIDE))
      expect(inside.host).toBe(`127.0.0.1:${PORT_INSIDE}`)
      expect([inside.username, inside.password]).toEqual([url.username, url.password])
      expect(inside.pathname + inside.search + inside.hash).toBe(url.pathname + url.search + url.hash)
    }),
    { numRuns: 20_000 },
  )
  expect(compared).toBeGreaterThan(500)
})
