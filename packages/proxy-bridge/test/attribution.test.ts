import { ProxyRouteError } from '@linux-sandbox/errors'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { ATTRIBUTION_VARIABLE, takeAttribution } from '../src/index.ts'

test('without the variable there is no preface, and the environment stays', () => {
  expect(takeAttribution({ PATH: '/bin', HOME: undefined })).toEqual({
    environment: { PATH: '/bin' },
    preface: undefined,
  })
})

test('the token goes from the environment into the preface', () => {
  const taken = takeAttribution({ PATH: '/bin', [ATTRIBUTION_VARIABLE]: 'run-7' })
  expect(taken.environment).toEqual({ PATH: '/bin' })
  const expected = [0x00, 0x43, 0x44, 0x58, 0x50, 0x58, 0x59, 0x31, 0, 5, ...Buffer.from('run-7')]
  expect(Array.from(taken.preface ?? [])).toEqual(expected)
})

test('a token of 1 to 128 bytes follows its length', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), (token) => {
      const bytes = Buffer.from(token)
      fc.pre(bytes.length <= 128 && !/[\0\uFFFD]/.test(token))
      const preface = Buffer.from(takeAttribution({ [ATTRIBUTION_VARIABLE]: token }).preface ?? [])
      expect(preface.readUInt16BE(8)).toBe(bytes.length)
      expect(preface.subarray(10)).toEqual(bytes)
    }),
  )
  expect(takeAttribution({ [ATTRIBUTION_VARIABLE]: 'x'.repeat(128) }).preface).toHaveLength(138)
})

test.each([
  { token: '', why: 'has 0 bytes, and must have 1 to 128' },
  { token: 'x'.repeat(129), why: 'has 129 bytes, and must have 1 to 128' },
  { token: 'é'.repeat(65), why: 'has 130 bytes, and must have 1 to 128' },
  { token: 'secret\uFFFD', why: 'is not UTF-8 without NUL' },
  { token: 'secret\ud800', why: 'is not UTF-8 without NUL' },
  { token: 'secret\0', why: 'is not UTF-8 without NUL' },
])('a token that $why is refused, and not told', ({ token, why }) => {
  const take = () => takeAttribution({ [ATTRIBUTION_VARIABLE]: token })
  expect(take).toThrow(ProxyRouteError)
  expect(take).toThrow(
    `the connections to the proxy cannot be attributed (CODEX_NETWORK_PROXY_ATTRIBUTION: ${why})`,
  )
})
