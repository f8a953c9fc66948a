import { describeAttacks, type Attack } from './attack.ts'
import { connect, get, socks, socksReply, utf8 } from '../messages.ts'

const LOOPBACK = [
  '127.0.0.1',
  '127.1',
  '127.0.1',
  '127.1.2.3',
  '127.0.0.1.',
  '2130706433',
  '0x7f000001',
  '0x7f.1',
  '0X7F.0.0.0x1',
  '0177.0.0.1',
  '017700000001',
  '0',
  '0.0.0.0',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]',
  '[::FFFF:7f00:1]',
  '[0:0:0:0:0:ffff:7f00:0001]',
]
/** Only SOCKS can carry them. */
const OTHER_SCRIPTS = ['１２７．０．０．１', '①②⑦.⓪.⓪.①', '127。0。0。1'].map(utf8)
const GRANTS = { allow: ['127.0.0.0/8', '0.0.0.0', '::1'] }

const EVERYTHING_PUBLIC = {
  rules: { allow: ['*'] },
  refused: 'blocked-by-address-policy',
  twin: { why: 'a rule for the address', rules: GRANTS },
} as const

describeAttacks('spellings of loopback, where every public host is allowed', [
  ...LOOPBACK.flatMap((host): Attack[] => [
    {
      ...EVERYTHING_PUBLIC,
      title: `GET http://${host}`,
      send: (port) => get(`http://${host}:${port}/secret`),
    },
    { ...EVERYTHING_PUBLIC, title: `CONNECT ${host}`, send: (port) => connect(`${host}:${port}`) },
  ]),
  ...[...LOOPBACK, '::1', '::ffff:127.0.0.1', ...OTHER_SCRIPTS].map((host): Attack => ({
    ...EVERYTHING_PUBLIC,
    title: `SOCKS5 to the name ${JSON.stringify(host)}`,
    send: (port) => socks({ host, port }),
    answer: socksReply(2),
  })),
  {
    ...EVERYTHING_PUBLIC,
    title: 'SOCKS5 to four bytes',
    send: (port) => socks({ type: 1, host: '\x7f\0\0\x01', port }),
    answer: socksReply(2),
  },
  {
    ...EVERYTHING_PUBLIC,
    title: 'SOCKS5 to sixteen bytes',
    send: (port) => socks({ type: 4, host: `${'\0'.repeat(15)}\x01`, port }),
    answer: socksReply(2),
  },
  {
    ...EVERYTHING_PUBLIC,
    title: 'SOCKS5 to sixteen bytes with a mapped address',
    send: (port) => socks({ type: 4, host: `${'\0'.repeat(10)}\xff\xff\x7f\0\0\x01`, port }),
    answer: socksReply(2),
  },
])

describeAttacks(
  'names of loopback, where every public host is allowed',
  ['localhost', 'LocalHost', 'localhost.'].map((host) => ({
    ...EVERYTHING_PUBLIC,
    title: host,
    names: { localhost: ['127.0.0.1', '::1'] },
    send: (port) => get(`http://${host}:${port}/secret`),
    twin: { why: 'a rule for localhost', rules: { allow: ['localhost'] } },
  })),
)

const AMBIGUOUS = [
  'allowed.test%00.other.test',
  'allowed%2etest',
  '%31%32%37.0.0.1',
  'client@allowed.test',
  'client:word@allowed.test',
  'allowed.test@other.test',
  'allowed..test',
  '.allowed.test',
  'allowed.test..',
  '256.0.0.1',
  '1.2.3.4.5',
  '0x100000000',
  'allowed.test,other.test',
  'allowed.test;other.test',
  '*.test',
  '[127.0.0.1]',
  '[::1%25lo]',
  '[fe80::1%25eth0]',
  '[::1',
  '::1',
]

describeAttacks(
  'hosts that some read otherwise',
  AMBIGUOUS.flatMap((host): Attack[] => [
    {
      title: `GET http://${host}`,
      rules: { allow: ['*', '0.0.0.0/0', '::/0'] },
      send: (port) => get(`http://${host}:${port}/secret`),
      refused: 'invalid-request',
      twin: { why: 'one meaning', send: (port) => get(`http://allowed.test:${port}/secret`) },
    },
    {
      title: `CONNECT ${host}`,
      rules: { allow: ['*', '0.0.0.0/0', '::/0'] },
      send: (port) => connect(`${host}:${port}`),
      refused: 'invalid-request',
      twin: { why: 'one meaning', send: (port) => connect(`allowed.test:${port}`) },
    },
  ]),
)

describeAttacks(
  'targets that some read otherwise',
  [
    (port: number) => `http://other.test#@allowed.test:${port}/secret`,
    (port: number) => `http://other.test\\@allowed.test:${port}/secret`,
    (port: number) => `http:\\\\allowed.test:${port}/secret`,
    (port: number) => `http:allowed.test:${port}/secret`,
    (port: number) => `http:///allowed.test:${port}/secret`,
    (port: number) => `//allowed.test:${port}/secret`,
    (port: number) => `http://allowed.test:${port}\t/secret`,
    (port: number) => `http://allowed.test:${port}/secret#fragment`,
    (port: number) => `http://allowed.test:0${port}/secret`,
    (port: number) => `http://allowed.test:${port + 65_536}/secret`,
    (port: number) => `http://allowed.test:+${port}/secret`,
    () => 'http://allowed.test:/secret',
    () => 'http://allowed.test:0/secret',
    (port: number) => `http://:${port}/secret`,
  ].map((url) => ({
    title: `GET ${JSON.stringify(url(8080))}`,
    send: (port) => get(url(port)),
    refused: 'invalid-request',
    twin: { why: 'one meaning', send: (port) => get(`HTTP://ALLOWED.test.:${port}/secret`) },
  })),
)

const SOCKS_NAMES = [
  { host: 'allowed.test\0.other.test', why: 'a NUL' },
  { host: 'allowed.test\0', why: 'a NUL at its end' },
  { host: 'allowed.test\r\nHost: other.test', why: 'a new line' },
  { host: 'allowed.test ', why: 'a space' },
  { host: 'allowed\t.test', why: 'a tab' },
  { host: 'allowed.test:80', why: 'a port' },
  { host: 'other.test/allowed.test', why: 'a path' },
  { host: 'client@allowed.test', why: 'user information' },
  { host: 'allowed%2etest', why: 'percent-encoding' },
  { host: 'allowed.test\xff', why: 'bytes that are not UTF-8' },
  { host: utf8('allowed.test／x'), why: 'a fullwidth slash' },
  { host: utf8('allowed％2etest'), why: 'a fullwidth percent sign' },
  { host: 'fe80::1%eth0', why: 'a zone' },
  { host: '', why: 'no character' },
  { host: `${'a'.repeat(64)}.test`, why: 'a label that is too long' },
]

describeAttacks(
  'names that SOCKS5 carries',
  SOCKS_NAMES.map(({ host, why }) => ({
    title: `a name with ${why}`,
    rules: { allow: ['*', '0.0.0.0/0', '::/0'] },
    send: (port) => socks({ host, port }),
    refused: 'invalid-request',
    answer: socksReply(1),
    twin: { why: 'a plain name', send: (port) => socks({ host: 'allowed.test', port }) },
  })),
)
