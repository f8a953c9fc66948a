import { expect, test } from 'vitest'
import { formatAuthority, parseAuthority, parseHost } from '../src/host.ts'

test.each([
  { text: 'example.com', host: 'example.com', why: 'as it is' },
  { text: 'EXAMPLE.Com', host: 'example.com', why: 'case' },
  { text: 'example.com.', host: 'example.com', why: 'the dot of the root' },
  { text: 'localhost', host: 'localhost', why: 'one label' },
  { text: '_dmarc.example.com', host: '_dmarc.example.com', why: 'an underscore' },
  { text: 'bücher.example', host: 'xn--bcher-kva.example', why: 'another script' },
  { text: 'BÜCHER.example', host: 'xn--bcher-kva.example', why: 'another script in upper case' },
  { text: 'xn--bcher-kva.example', host: 'xn--bcher-kva.example', why: 'punycode' },
  { text: 'ｅｘａｍｐｌｅ．ｃｏｍ', host: 'example.com', why: 'fullwidth' },
  { text: 'example。com', host: 'example.com', why: 'an ideographic full stop' },
  { text: 'exam\u00adple.com', host: 'example.com', why: 'a soft hyphen, which means nothing' },
])('"$text" is the name $host ($why)', ({ text, host }) => {
  expect(parseHost(text)).toEqual({ kind: 'name', text: host })
})

test.each([
  { text: '127.0.0.1', address: '127.0.0.1', why: 'as it is' },
  { text: '127.0.0.1.', address: '127.0.0.1', why: 'the dot of the root' },
  { text: '127.1', address: '127.0.0.1', why: 'two parts' },
  { text: '127.0.1', address: '127.0.0.1', why: 'three parts' },
  { text: '2130706433', address: '127.0.0.1', why: 'one part' },
  { text: '0x7f000001', address: '127.0.0.1', why: 'hexadecimal' },
  { text: '0X7f.1', address: '127.0.0.1', why: 'hexadecimal, two parts' },
  { text: '0177.0.0.01', address: '127.0.0.1', why: 'octal' },
  { text: '017700000001', address: '127.0.0.1', why: 'octal, one part' },
  { text: '0', address: '0.0.0.0', why: 'zero' },
  { text: '１２７．０．０．１', address: '127.0.0.1', why: 'fullwidth' },
  { text: '①②⑦.⓪.⓪.①', address: '127.0.0.1', why: 'digits in circles' },
  { text: '::1', address: '::1', why: 'IPv6' },
  { text: '[::1]', address: '::1', why: 'in brackets' },
  { text: '[0:0::0:1]', address: '::1', why: 'not shortened' },
  { text: '[FE80::A]', address: 'fe80::a', why: 'case' },
  { text: '::ffff:127.0.0.1', address: '127.0.0.1', why: 'mapped' },
  { text: '::127.0.0.1', address: '::7f00:1', why: 'compatible, which is not mapped' },
  { text: '[::FFFF:7f00:1]', address: '127.0.0.1', why: 'mapped, hexadecimal' },
])('"$text" is the address $address ($why)', ({ text, address }) => {
  expect(parseHost(text)).toMatchObject({ kind: 'address', text: address })
})

test.each([
  { text: '', why: 'nothing' },
  { text: '.', why: 'the root' },
  { text: 'a..b', why: 'an empty label' },
  { text: '.a', why: 'an empty first label' },
  { text: 'a.b..', why: 'two dots at the end' },
  { text: 'a b', why: 'a space' },
  { text: 'a\u00a0b', why: 'a space without a break' },
  { text: ' a', why: 'a space in front' },
  { text: 'a\tb', why: 'a tab, which a URL drops' },
  { text: 'a\nb', why: 'a line feed, which a URL drops' },
  { text: 'a\r\nHost: b', why: 'a new line' },
  { text: 'a\0b', why: 'a NUL' },
  { text: 'a\u007f', why: 'DEL' },
  { text: 'a%2eb', why: 'percent-encoding' },
  { text: '%31%32%37.0.0.1', why: 'percent-encoding of an address' },
  { text: 'a％2eb', why: 'a fullwidth percent sign' },
  { text: 'a／b', why: 'a fullwidth slash' },
  { text: 'a@b', why: 'user information' },
  { text: 'a:80', why: 'a port' },
  { text: 'a/b', why: 'a path' },
  { text: 'a\\b', why: 'a path, as some read it' },
  { text: 'a?b', why: 'a query' },
  { text: 'a#b', why: 'a fragment' },
  { text: '*.a', why: 'a wildcard' },
  { text: 'a,b', why: 'a list' },
  { text: 'a!b', why: 'a character that a URL allows and no name has' },
  { text: `${'a'.repeat(64)}.b`, why: 'a label that is too long' },
  { text: 'a.'.repeat(128), why: 'a name that is too long' },
  { text: 'a'.repeat(100_000), why: 'very long' },
  { text: '256.0.0.1', why: 'a number that is too big' },
  { text: '1.2.3.4.5', why: 'too many numbers' },
  { text: '1.2.3.08', why: 'no octal number' },
  { text: '0x100000000', why: 'more than 32 bits' },
  { text: 'a.1', why: 'a number as the last label' },
  { text: '[127.0.0.1]', why: 'IPv4 in brackets' },
  { text: '[::1', why: 'half a bracket' },
  { text: '[[::1]]', why: 'two brackets' },
  { text: '::1]', why: 'the other half' },
  { text: '[::1%lo]', why: 'a zone' },
  { text: 'fe80::1%eth0', why: 'a zone without brackets' },
  { text: '[::1%25lo]', why: 'an encoded zone' },
  { text: '[1::2::3]', why: 'no IPv6 address' },
])('"$text" is no host ($why)', ({ text }) => {
  expect(parseHost(text)).toBeUndefined()
})

test.each([
  { text: 'a', host: 'a', port: undefined },
  { text: 'a:1', host: 'a', port: 1 },
  { text: 'a:65535', host: 'a', port: 65_535 },
  { text: '[::1]:443', host: '::1', port: 443 },
  { text: '[::1]', host: '::1', port: undefined },
])('$text is the host $host and the port $port', ({ text, host, port }) => {
  const authority = parseAuthority(text)
  expect({ host: authority?.host.text, port: authority?.port }).toEqual({ host, port })
})

test.each([
  'a:',
  'a:0',
  'a:65536',
  'a:080',
  'a:+80',
  'a:8 0',
  'a:0x50',
  'a:80:80',
  ':80',
  '::1',
  '[::1]80',
  '[::1]:',
  '1::2:80',
  'a:８０',
])('%s is no host with a port', (text) => {
  expect(parseAuthority(text)).toBeUndefined()
})

test('an IPv6 address with a port is in brackets', () => {
  expect([formatAuthority('::1', 80), formatAuthority('a.b', 80)]).toEqual(['[::1]:80', 'a.b:80'])
})
