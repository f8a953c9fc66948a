import { isSandboxError, ProxyRouteError } from '@linux-sandbox/errors'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { MAX_LISTENERS, parseProxyValue, planRoutes, PROXY_VARIABLES } from '../src/index.ts'
import { anyTcpValue, anyText } from './arbitraries.ts'

function refusal(plan: () => unknown): ProxyRouteError {
  try {
    plan()
  } catch (error) {
    if (error instanceof ProxyRouteError) return error
    throw error
  }
  throw new Error('it was not refused')
}

const tcp = (port: number, address = '127.0.0.1') => ({ kind: 'tcp', address, port }) as const

test('every variable is found in any case, and nothing else is touched', () => {
  const names = PROXY_VARIABLES.flatMap((name) => [
    name,
    name.toLowerCase(),
    `${name[0]}${name.slice(1).toLowerCase()}`,
  ])
  const others = {
    GRPC_PROXY: 'http://127.0.0.1:1',
    NO_PROXY: 'localhost',
    XHTTP_PROXY: 'localhost:1',
    PATH: '/bin',
  }
  const named = Object.fromEntries(names.map((name) => [name, 'http://localhost:3128']))
  const { routes, environment, ignored } = planRoutes({ ...others, ...named, pıp_proxy: 'localhost:1' })
  expect(routes).toEqual([{ port: 3128, endpoint: tcp(3128), variables: names.toSorted() }])
  expect(environment).toEqual({
    ...others,
    ...Object.fromEntries(names.map((name) => [name, 'http://127.0.0.1:3128'])),
    pıp_proxy: 'localhost:1',
  })
  expect(ignored).toEqual([])
})

test('equal endpoints share a route, others do not, and the order is that of the names', () => {
  const plan = planRoutes({
    ws_proxy: 'unix:///run/p',
    https_proxy: 'https://u:p@127.0.0.1:443',
    all_proxy: 'socks5h://localhost',
    WSS_PROXY: 'http+unix://%2Frun%2Fp',
    HTTP_PROXY: '[::ffff:127.0.0.1]:8080',
    http_proxy: 'http://127.1:8080/x',
    FTP_PROXY: 'http://[::1]:8080',
    PIP_PROXY: 'http://127.0.0.2:8080',
  })
  expect(plan).toEqual({
    routes: [
      { port: 8080, endpoint: tcp(8080, '::1'), variables: ['FTP_PROXY'] },
      { port: 20_000, endpoint: tcp(8080), variables: ['HTTP_PROXY', 'http_proxy'] },
      { port: 20_001, endpoint: tcp(8080, '127.0.0.2'), variables: ['PIP_PROXY'] },
      { port: 20_002, endpoint: { kind: 'unix', path: '/run/p' }, variables: ['WSS_PROXY', 'ws_proxy'] },
      { port: 1080, endpoint: tcp(1080), variables: ['all_proxy'] },
      { port: 20_003, endpoint: tcp(443), variables: ['https_proxy'] },
    ],
    environment: {
      FTP_PROXY: 'http://127.0.0.1:8080',
      HTTP_PROXY: '127.0.0.1:20000',
      http_proxy: 'http://127.0.0.1:20000/x',
      PIP_PROXY: 'http://127.0.0.1:20001',
      WSS_PROXY: 'http://127.0.0.1:20002',
      ws_proxy: 'http://127.0.0.1:20002',
      all_proxy: 'socks5h://127.0.0.1:1080',
      https_proxy: 'https://u:p@127.0.0.1:20003',
    },
    ignored: [],
  })
})

test('a port that another route was given is not given twice', () => {
  const { routes } = planRoutes({ ALL_PROXY: 'http://localhost:80', HTTP_PROXY: 'http://localhost:20000' })
  expect(routes.map(({ port }) => port)).toEqual([20_000, 20_001])
})

test('what cannot be routed is left as it is and told, beside what can', () => {
  const environment = {
    ALL_PROXY: ' ',
    FTP_PROXY: 'http://proxy.example:3128',
    HTTP_PROXY: 'http://127.0.0.1:3128',
    HTTPS_PROXY: undefined,
    WS_PROXY: '://',
  }
  const { HTTPS_PROXY: _, ...set } = environment
  expect(planRoutes(environment)).toEqual({
    routes: [{ port: 3128, endpoint: tcp(3128), variables: ['HTTP_PROXY'] }],
    environment: set,
    ignored: [
      { name: 'ALL_PROXY', why: 'is empty' },
      { name: 'FTP_PROXY', why: 'its host proxy.example is not on loopback' },
      { name: 'WS_PROXY', why: 'is not the URL of a proxy' },
    ],
  })
})

test.each([
  {
    environment: { PATH: '/bin', NO_PROXY: '*', HTTP_PROXY: undefined },
    message: 'managed proxy mode requires proxy environment variables',
    variables: [],
    why: 'none is there',
  },
  {
    environment: { HTTP_PROXY: '', http_proxy: ' ' },
    message:
      'managed proxy mode requires proxy environment variables (HTTP_PROXY: is empty; http_proxy: is empty)',
    variables: ['HTTP_PROXY', 'http_proxy'],
    why: 'they are empty',
  },
  {
    environment: { HTTP_PROXY: 'http://u:secret@proxy.example', ALL_PROXY: 'socks5://a b', FTP_PROXY: '' },
    message:
      'managed proxy mode requires parseable loopback proxy endpoints (ALL_PROXY: is not the URL of a proxy; ' +
      'FTP_PROXY: is empty; HTTP_PROXY: its host proxy.example is not on loopback)',
    variables: ['ALL_PROXY', 'FTP_PROXY', 'HTTP_PROXY'],
    why: 'none is on loopback',
  },
  {
    environment: {
      HTTP_PROXY: 'http://u:secret@127.0.0.1:3128',
      ALL_PROXY: 'http://127.0.0.1:3130',
      FTP_PROXY: 'unix:///run/p',
      WS_PROXY: '',
    },
    message:
      'proxy endpoint is outside the managed sandbox context (ALL_PROXY: its port 3130 is not one of 3128, 3129; ' +
      'FTP_PROXY: is a Unix socket, and only ports are allowed; WS_PROXY: is empty)',
    variables: ['ALL_PROXY', 'FTP_PROXY', 'WS_PROXY'],
    why: 'a port is not allowed',
  },
])('nothing is planned when $why', ({ environment, message, variables }) => {
  const error = refusal(() => planRoutes(environment, { loopbackPorts: [3128, 3129] }))
  expect(error.message).toBe(`failed to prepare host proxy routing bridge: ${message}`)
  expect(error).toMatchObject({ code: 'PROXY_NOT_ROUTABLE', exitStatus: 125, hint: expect.any(String) })
  expect(error.variables.map(({ name }) => name)).toEqual(variables)
  expect(isSandboxError(error)).toBe(true)
})

test('ports that are allowed can be routed to, and an empty list allows all', () => {
  const environment = { HTTP_PROXY: 'http://127.0.0.1:3128', ALL_PROXY: 'socks5://localhost' }
  expect(planRoutes(environment, { loopbackPorts: [1080, 3128] }).routes).toHaveLength(2)
  expect(planRoutes({ ...environment, WS_PROXY: 'unix:///p' }, { loopbackPorts: [] }).routes).toHaveLength(3)
})

/** Sixteen names, and one more in small letters. */
const SEVENTEEN = [...PROXY_VARIABLES, 'ws_proxy'].map((name, index) => [name, `localhost:${3000 + index}`])

test('sixteen proxies are routed, and the seventeenth is refused', () => {
  expect(planRoutes(Object.fromEntries(SEVENTEEN.slice(0, MAX_LISTENERS))).routes).toHaveLength(MAX_LISTENERS)
  const error = refusal(() => planRoutes({ ...Object.fromEntries(SEVENTEEN), http_proxy: '' }))
  expect(error.message).toBe(
    'failed to prepare host proxy routing bridge: 17 different proxies are named, and at most 16 can be routed ' +
      '(http_proxy: is empty; ws_proxy: is left without a listener)',
  )
})

test('a variable named like a property of objects is a variable', () => {
  const environment = JSON.parse('{"__proto__":"x","HTTP_PROXY":"localhost:3128"}') as Record<string, string>
  expect(Object.entries(planRoutes(environment).environment)).toEqual([
    ['__proto__', 'x'],
    ['HTTP_PROXY', '127.0.0.1:3128'],
  ])
})

const anyName = fc.constantFrom(...PROXY_VARIABLES, 'http_proxy', 'Https_Proxy', 'PATH', 'NO_PROXY')

test('each route leads from a port of its own to what its variables named, and the rest stays', () => {
  const values = fc.oneof(
    anyTcpValue.map(({ text }) => text),
    anyText,
  )
  fc.assert(
    fc.property(fc.dictionary(anyName, values, { noNullPrototype: true }), (environment) => {
      let plan
      try {
        plan = planRoutes(environment)
      } catch (error) {
        expect(error).toBeInstanceOf(ProxyRouteError)
        return
      }
      const routed = plan.routes.flatMap((route) => route.variables.map((name) => ({ name, route })))
      for (const { name, route } of routed) {
        expect(parseProxyValue(environment[name] ?? '').endpoint).toEqual(route.endpoint)
        expect(parseProxyValue(plan.environment[name] ?? '').endpoint).toEqual(tcp(route.port))
      }
      const ports = plan.routes.map(({ port }) => port)
      expect(new Set(ports).size).toBe(ports.length)
      expect(Math.min(...ports)).toBeGreaterThanOrEqual(1024)
      const untouched = Object.keys(environment).filter((key) => routed.every(({ name }) => name !== key))
      for (const name of untouched) expect(plan.environment[name]).toBe(environment[name])
      expect(Object.keys(plan.environment)).toEqual(Object.keys(environment))
    }),
    { numRuns: 2000 },
  )
})

/** In no scheme, host, port or message. */
const SECRET = 'Zq7Zq7'

test('no error has credentials in it', () => {
  const anySecret = fc
    .tuple(fc.stringMatching(/^[!-~]{0,6}$/), fc.stringMatching(/^[!-~]{0,6}$/))
    .map(([before, after]) => `${before}${SECRET}${after}`)
  const anyHost = fc.constantFrom('localhost:1', 'proxy.example:3128', '127.0.0.1:0', '[::1', 'a b', '')
  const anyForm = fc.constantFrom('', 'http://', 'socks5h://', 'http+unix://', 'unix://')
  const anyValue = fc
    .tuple(anyForm, fc.string({ unit: 'grapheme-ascii', maxLength: 4 }), anySecret, anyHost)
    .map(([form, user, secret, host]) => `${form}${user}:${secret}@${host}`)
  const environments = fc.dictionary(fc.constantFrom(...PROXY_VARIABLES), anyValue, { minKeys: 1 })
  let refused = 0
  fc.assert(
    fc.property(environments, (environment) => {
      try {
        planRoutes(environment, { loopbackPorts: [2] })
      } catch (error) {
        refused++
        if (!(error instanceof ProxyRouteError)) throw error
        const told = [error.message, error.stack, error.hint, JSON.stringify(error)].join('\n')
        expect(told).not.toContain(SECRET)
      }
    }),
    { numRuns: 3000 },
  )
  expect(refused).toBeGreaterThan(1000)
})
