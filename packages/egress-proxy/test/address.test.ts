import { expect, test } from 'vitest'
import { addressClass, parseAddress } from '../src/address.ts'

/** Addresses that are not for everybody; the attacks in `attacks/addresses.test.ts` try to reach them, too. */
test.each([
  { text: '127.0.0.1', range: 'loopback' },
  { text: '127.255.255.254', range: 'loopback' },
  { text: '0.0.0.0', range: 'unspecified' },
  { text: '0.1.2.3', range: 'unspecified' },
  { text: '10.0.0.1', range: 'private' },
  { text: '172.16.0.1', range: 'private' },
  { text: '172.31.255.255', range: 'private' },
  { text: '192.168.1.1', range: 'private' },
  { text: '169.254.169.254', range: 'linkLocal' },
  { text: '100.64.0.1', range: 'carrierGradeNat' },
  { text: '100.100.100.200', range: 'carrierGradeNat' },
  { text: '168.63.129.16', range: 'metadata' },
  { text: '192.0.0.192', range: 'reserved' },
  { text: '192.0.2.1', range: 'reserved' },
  { text: '192.88.99.1', range: 'reserved' },
  { text: '198.18.0.1', range: 'reserved' },
  { text: '224.0.0.1', range: 'multicast' },
  { text: '239.255.255.255', range: 'multicast' },
  { text: '240.0.0.1', range: 'reserved' },
  { text: '255.255.255.255', range: 'broadcast' },
  { text: '::', range: 'unspecified' },
  { text: '::1', range: 'loopback' },
  { text: '::ffff:127.0.0.1', range: 'loopback' },
  { text: '::ffff:169.254.169.254', range: 'linkLocal' },
  { text: '::127.0.0.1', range: 'ipv4Compatible' },
  { text: '::8.8.8.8', range: 'ipv4Compatible' },
  { text: '::ffff:0:127.0.0.1', range: 'rfc6145' },
  { text: '64:ff9b::127.0.0.1', range: 'rfc6052' },
  { text: '64:ff9b::8.8.8.8', range: 'rfc6052' },
  { text: '64:ff9b:1::a00:1', range: 'rfc6052' },
  { text: '2002:7f00:1::', range: '6to4' },
  { text: '2001:0:7f00:1::', range: 'teredo' },
  { text: 'fc00::1', range: 'uniqueLocal' },
  { text: 'fd00:ec2::254', range: 'uniqueLocal' },
  { text: 'fe80::1', range: 'linkLocal' },
  { text: 'febf::1', range: 'linkLocal' },
  { text: 'fec0::1', range: 'deprecatedSiteLocal' },
  { text: 'ff02::1', range: 'multicast' },
  { text: '2001:db8::1', range: 'reserved' },
  { text: '100::1', range: 'discard' },
  { text: '4000::1', range: 'unassigned' },
  { text: '1::1', range: 'unassigned' },
])('$text is not public: $range', ({ text, range }) => {
  expect(addressClass(parseAddress(text)!)).toBe(range)
})

test.each([
  '1.1.1.1',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.0',
  '169.253.255.255',
  '172.15.255.255',
  '172.32.0.0',
  '192.167.255.255',
  '223.255.255.255',
  '::ffff:8.8.8.8',
  '2606:4700::1111',
  '2a00:1450::1',
])('%s is public', (text) => {
  expect(addressClass(parseAddress(text)!)).toBe('public')
})

test.each([
  '',
  '127.1',
  '0x7f.0.0.1',
  '010.0.0.1',
  '1.2.3',
  'fe80::1%eth0',
  '::1%lo',
  '[::1]',
  'localhost',
  ' 1.1.1.1',
  '1.1.1.1\n',
])('"%s" is no address that a resolver gives', (text) => {
  expect(parseAddress(text)).toBeUndefined()
})
