import * as fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { decodeUtf8, encodeUtf8, hasLoneSurrogate } from '../src/protocol/utf8.js'

test('encoding by hand agrees with TextEncoder', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const expected = encodeUtf8(text)
      vi.stubGlobal('TextEncoder', undefined)
      const byHand = encodeUtf8(text)
      vi.unstubAllGlobals()
      expect(byHand).toEqual(expected)
    }),
  )
})

test('decoding gives back what was encoded', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(decodeUtf8(encodeUtf8(text))).toBe(text)
    }),
  )
})

test('a stray byte becomes one replacement character and spoils nothing after it', () => {
  expect(decodeUtf8(Uint8Array.of(0x61, 0xff, 0xc3, 0xa4, 0x80, 0xed, 0xa0, 0x80, 0x62, 0xf0, 0x9f))).toBe(
    'a\ufffdä\ufffd\ufffd\ufffd\ufffdb\ufffd\ufffd',
  )
})

test.each([
  { text: 'a\u{1f600}', has: false },
  { text: '\ud83d', has: true },
  { text: '\ude00\ud83d', has: true },
])('$text has a lone surrogate: $has', ({ text, has }) => {
  expect(hasLoneSurrogate(text)).toBe(has)
})
