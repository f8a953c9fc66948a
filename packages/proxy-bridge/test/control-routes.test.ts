import { PolicyInvalidError, ProxyRouteError } from '@linux-sandbox/errors'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseProxyRouteSpec, planControlRoutes } from '../src/index.ts'

const specOf = (routes: Record<string, number>) => ({
  routes: Object.entries(routes).map(([variable, descriptor]) => ({ variable, descriptor })),
})

test('a route spec is read, and what it has beyond the format is ignored', () => {
  const text =
    '{"routes":[{"env_key":"HTTP_PROXY","control_fd":4,"x":1},{"env_key":"a","control_fd":3}],"v":2}'
  expect(parseProxyRouteSpec(text)).toEqual(specOf({ HTTP_PROXY: 4, a: 3 }))
})

test.each([
  { text: '', message: 'is not JSON: value expected (line 1, column 1)' },
  { text: '[]', message: 'routes: is missing (line 1, column 1)' },
  { text: '{}', message: 'routes: is missing (line 1, column 1)' },
  { text: '"x"', message: 'must be an object, not "x" (line 1, column 1)' },
  {
    text: '{"routes":[]}',
    message: 'routes: must not be empty: proxy routing spec contained no routes (line 1, column 11)',
  },
  { text: '{"routes":{}}', message: 'routes: must be an array, not an object (line 1, column 11)' },
  {
    text: '{"routes":[{"env_key":"A","control_fd":2}]}',
    message:
      'routes[0].control_fd: must be greater than 2: proxy bootstrap channel must not use standard descriptors ' +
      '(line 1, column 40)',
  },
  {
    text: '{"routes":[{"env_key":"A","control_fd":3.5}]}',
    message: 'routes[0].control_fd: must be a whole number up to 2147483647 (line 1, column 40)',
  },
  {
    text: '{"routes":[{"env_key":"A","control_fd":2147483648}]}',
    message: 'routes[0].control_fd: must be a whole number up to 2147483647 (line 1, column 40)',
  },
  {
    text: '{"routes":[\n{"env_key":"A","control_fd":3},\n{"env_key":"A=","control_fd":"3"}]}',
    message:
      'routes[1].env_key: must be the name of a variable (line 3, column 12); ' +
      'routes[1].control_fd: must be a number, not "3" (line 3, column 30)',
  },
  {
    text: '{"routes":[{"env_key":"A","control_fd":3},{"env_key":"A","control_fd":4}]}',
    message: 'routes[1].env_key: is named twice (line 1, column 54)',
  },
  { text: '{"routes":[1],"routes":[2]}', message: 'routes: is given twice' },
])('$text is no route spec', ({ text, message }) => {
  expect(() => parseProxyRouteSpec(text)).toThrow(`proxy route spec is not valid: ${message}`)
  expect(() => parseProxyRouteSpec(text)).toThrow(PolicyInvalidError)
})

test('variables with the same descriptor share a listener', () => {
  const environment = {
    PATH: '/bin',
    HTTP_PROXY: 'http://u:p@localhost:3128/x',
    HTTPS_PROXY: '127.0.0.1:3128',
    ALL_PROXY: 'socks5h://127.0.0.1:80',
  }
  expect(planControlRoutes(environment, specOf({ ALL_PROXY: 5, HTTPS_PROXY: 4, HTTP_PROXY: 4 }))).toEqual({
    routes: [
      { port: 20_000, descriptor: 5, variables: ['ALL_PROXY'] },
      { port: 3128, descriptor: 4, variables: ['HTTPS_PROXY', 'HTTP_PROXY'] },
    ],
    environment: {
      PATH: '/bin',
      HTTP_PROXY: 'http://u:p@127.0.0.1:3128/x',
      HTTPS_PROXY: '127.0.0.1:3128',
      ALL_PROXY: 'socks5h://127.0.0.1:20000',
    },
  })
})

test('a variable that is not there or names nothing is refused, with all of them', () => {
  const plan = () =>
    planControlRoutes(
      { A: 'localhost', B: 'http://u:secret@[', C: undefined },
      specOf({ A: 3, B: 4, C: 5, toString: 6 }),
    )
  expect(plan).toThrow(ProxyRouteError)
  expect(plan).toThrow(
    'error activating Linux proxy routing bridge: a variable of the route spec cannot be rewritten ' +
      '(B: is not the URL of a proxy; C: is not set; toString: is not set)',
  )
})

test('more than sixteen routes are refused', () => {
  const names = Array.from({ length: 17 }, (_, index) => `V${index}`)
  const environment = Object.fromEntries(names.map((name) => [name, 'localhost:3128']))
  const spec = specOf(Object.fromEntries(names.map((name, index) => [name, index + 3])))
  expect(() => planControlRoutes(environment, spec)).toThrow('17 different proxies are named')
  expect(planControlRoutes(environment, { routes: spec.routes.slice(1) }).routes).toHaveLength(16)
})

test('no text crashes the parser', () => {
  const anyJson = fc.oneof(
    fc.string(),
    fc.json(),
    fc.json().map((json) => `{"routes":[${json}]}`),
  )
  fc.assert(
    fc.property(anyJson, (text) => {
      try {
        parseProxyRouteSpec(text)
      } catch (error) {
        expect(error).toBeInstanceOf(PolicyInvalidError)
      }
    }),
  )
})
