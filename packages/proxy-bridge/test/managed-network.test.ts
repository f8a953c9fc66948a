import { PolicyInvalidError } from '@linux-sandbox/errors'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseManagedNetwork } from '../src/index.ts'

const DEFAULTS = {
  loopbackPorts: [],
  allowLocalBinding: false,
  allowUnixSockets: [],
  dangerouslyAllowAllUnixSockets: false,
}

test.each([
  { text: '{}', expected: {}, why: 'all are optional' },
  { text: ' [] ', expected: {}, why: 'an empty array is all defaults' },
  { text: '{"mode":"full","x":{"y":null}}', expected: {}, why: 'other keys are ignored' },
  { text: '{"loopbackPorts":[0,3128,65535]}', expected: { loopbackPorts: [0, 3128, 65_535] }, why: 'ports' },
  {
    text: '{"allowLocalBinding":true,"allowUnixSockets":["/a",""],"dangerouslyAllowAllUnixSockets":true}',
    expected: {
      allowLocalBinding: true,
      allowUnixSockets: ['/a', ''],
      dangerouslyAllowAllUnixSockets: true,
    },
    why: 'the others',
  },
  {
    text: '{"__proto__":{"allowLocalBinding":true}}',
    expected: {},
    why: 'the prototype is a key like others',
  },
])('$text is read: $why', ({ text, expected }) => {
  expect(parseManagedNetwork(text)).toEqual({ ...DEFAULTS, ...expected })
})

test.each(['{}', '[]'])('%s has the defaults, whatever a polluted prototype has', (text) => {
  const prototype: object = Object.prototype
  Object.defineProperty(prototype, 'allowLocalBinding', { value: true, configurable: true, writable: true })
  try {
    expect(parseManagedNetwork(text).allowLocalBinding).toBe(false)
  } finally {
    Reflect.deleteProperty(prototype, 'allowLocalBinding')
  }
})

const PORT_PROBLEM = 'must be a whole number from 0 to 65535'

test.each([
  { text: '', message: 'is not JSON: value expected (line 1, column 1)' },
  { text: 'null', message: 'must be an object, not null (line 1, column 1)' },
  { text: '[[3128]]', message: 'must be an object or an empty array (line 1, column 1)' },
  {
    text: '{"allowLocalBinding":"true"}',
    message: 'allowLocalBinding: must be a boolean, not "true" (line 1, column 22)',
  },
  {
    text: '{"allowUnixSockets":null}',
    message: 'allowUnixSockets: must be an array, not null (line 1, column 21)',
  },
  { text: '{"loopbackPorts":[1,65536]}', message: `loopbackPorts[1]: ${PORT_PROBLEM} (line 1, column 21)` },
  { text: '{"loopbackPorts":[-1]}', message: `loopbackPorts[0]: ${PORT_PROBLEM} (line 1, column 19)` },
  { text: '{"loopbackPorts":[1.5]}', message: `loopbackPorts[0]: ${PORT_PROBLEM} (line 1, column 19)` },
  {
    text: '{\n"loopbackPorts":["3128"],\n"allowUnixSockets":"/a"}',
    message:
      'loopbackPorts[0]: must be a number, not "3128" (line 2, column 18); ' +
      'allowUnixSockets: must be an array, not "/a" (line 3, column 20)',
  },
])('$text is no managed network context', ({ text, message }) => {
  expect(() => parseManagedNetwork(text)).toThrow(PolicyInvalidError)
  expect(() => parseManagedNetwork(text)).toThrow(`managed network context is not valid: ${message}`)
})

test('no text crashes the parser', () => {
  const anyJson = fc.oneof(
    fc.string(),
    fc.json(),
    fc.json().map((json) => `{"loopbackPorts":${json}}`),
  )
  fc.assert(
    fc.property(anyJson, (text) => {
      try {
        parseManagedNetwork(text)
      } catch (error) {
        expect(error).toBeInstanceOf(PolicyInvalidError)
      }
    }),
  )
})
