import { expect, test } from 'vitest'
import { ownLoopbackHosts } from '../src/loopback.ts'

const [NAME, IPV4, IPV6] = ['localhost', '127.0.0.1', '::1']

test.each([
  { patterns: [], own: [NAME, IPV4, IPV6] },
  { patterns: ['a.example', '*.localhost', '10.0.0.0/8', '*', '*:443'], own: [NAME, IPV4, IPV6] },
  { patterns: ['localhost'], own: [IPV4, IPV6] },
  { patterns: ['LOCALHOST.:3000'], own: [IPV4, IPV6] },
  { patterns: ['127.0.0.1:80'], own: [NAME, IPV6] },
  { patterns: ['0x7f.1'], own: [NAME, IPV6] },
  { patterns: ['[::1]:80', 'localhost'], own: [IPV4] },
  { patterns: ['0:0:0:0:0:0:0:1'], own: [NAME, IPV4] },
  { patterns: ['127.0.0.0/8'], own: [NAME, IPV6] },
  { patterns: ['0.0.0.0/0', '::/0'], own: [NAME] },
])('with $patterns allowed the command has $own for itself', ({ patterns, own }) => {
  expect(ownLoopbackHosts(patterns)).toEqual(own)
})
