import { ALLOWED, describeAttacks, NAMES } from './attack.ts'
import { connect, get, socks, socksReply, utf8 } from '../messages.ts'

const LOOK_ALIKES = [
  'allowed.test.other.test',
  'notallowed.test',
  'allowed-test',
  'allowed.tes',
  'allowed.testt',
  'sub.allowed.test',
  'xn--llowed-cua.test',
]

describeAttacks('names that look like an allowed one', [
  ...LOOK_ALIKES.map((host) => ({
    title: host,
    names: { ...NAMES, [host]: ['127.0.0.1'] },
    send: (port: number) => get(`http://${host}:${port}/secret`),
    refused: 'blocked-by-allowlist' as const,
    twin: { why: 'the name itself', send: (port: number) => get(`http://ALLOWED.Test.:${port}/secret`) },
  })),
  {
    title: 'a letter of another script',
    send: (port) => socks({ host: utf8('аllowed.test'), port }),
    refused: 'blocked-by-allowlist',
    answer: socksReply(2),
    twin: {
      why: 'a fullwidth letter, which is the same',
      send: (port) => socks({ host: utf8('ａllowed.test'), port }),
    },
  },
])

const BELOW = { allow: ['*.allowed.test', '127.0.0.1'] }
const BELOW_NAMES = Object.fromEntries(
  ['allowed.test', 'a.allowed.test', 'a.b.allowed.test', 'xallowed.test', 'a.allowed.test.other.test'].map(
    (name) => [name, ['127.0.0.1']],
  ),
)

describeAttacks(
  'names that look like one below an allowed domain',
  ['allowed.test', 'xallowed.test', 'a.allowed.test.other.test'].map((host) => ({
    title: host,
    rules: BELOW,
    names: BELOW_NAMES,
    send: (port) => connect(`${host}:${port}`),
    refused: 'blocked-by-allowlist',
    twin: { why: 'one below it', send: (port) => connect(`a.b.allowed.test:${port}`) },
  })),
)

const DENIES = { allow: ['**.test', '127.0.0.1'], deny: ['denied.test', 'bücher.test', '127.0.0.9'] }
const DENIED_NAMES = { 'denied.test': ['127.0.0.1'], 'xn--bcher-kva.test': ['127.0.0.1'], ...NAMES }

describeAttacks('other spellings of what is denied', [
  ...['DENIED.test', 'denied.test.', 'xn--bcher-kva.test', 'XN--BCHER-KVA.TEST'].map((host) => ({
    title: host,
    rules: DENIES,
    names: DENIED_NAMES,
    send: (port: number) => get(`http://${host}:${port}/secret`),
    refused: 'blocked-by-denylist' as const,
    twin: { why: 'another name', send: (port: number) => get(`http://other.test:${port}/secret`) },
  })),
  {
    title: 'in another script',
    rules: DENIES,
    names: DENIED_NAMES,
    send: (port) => socks({ host: utf8('ＢÜCHER.test'), port }),
    refused: 'blocked-by-denylist',
    answer: socksReply(2),
    twin: { why: 'another name', send: (port) => socks({ host: 'other.test', port }) },
  },
  ...['0x7f.9', '127.9', '[::ffff:127.0.0.9]'].map((host) => ({
    title: host,
    rules: { ...DENIES, allow: ['127.0.0.0/8'] },
    send: (port: number) => get(`http://${host}:${port}/secret`),
    refused: 'blocked-by-denylist' as const,
    twin: { why: 'another address', send: (port: number) => get(`http://127.0.0.8:${port}/secret`) },
  })),
])

const READ_ONLY = { ...ALLOWED, methods: ['GET', 'HEAD'] }

describeAttacks('what a list of methods leaves out', [
  {
    title: 'POST',
    rules: READ_ONLY,
    send: (port) => get(`http://allowed.test:${port}/secret`).replace('GET', 'POST'),
    refused: 'blocked-by-method-policy',
    twin: { why: 'GET', send: (port) => get(`http://allowed.test:${port}/secret`) },
  },
  {
    title: 'a method in lower case',
    rules: READ_ONLY,
    send: (port) => get(`http://allowed.test:${port}/secret`).replace('GET', 'get'),
    refused: 'invalid-request',
    twin: { why: 'upper case', send: (port) => get(`http://allowed.test:${port}/secret`) },
  },
  {
    title: 'a header that would override the method',
    rules: { allow: [{ host: 'allowed.test', methods: ['PUT'] }, '127.0.0.1'] },
    send: (port) => get(`http://allowed.test:${port}/secret`, 'X-HTTP-Method-Override: PUT\r\n'),
    refused: 'blocked-by-method-policy',
    twin: {
      why: 'a rule for GET',
      rules: { allow: [{ host: 'allowed.test', methods: ['GET'] }, '127.0.0.1'] },
    },
  },
  {
    title: 'a tunnel by CONNECT',
    rules: READ_ONLY,
    send: (port) => connect(`allowed.test:${port}`),
    refused: 'blocked-by-method-policy',
    twin: { why: 'CONNECT in the list', rules: { ...ALLOWED, methods: ['GET', 'CONNECT'] } },
  },
  {
    title: 'a tunnel by SOCKS5',
    rules: READ_ONLY,
    send: (port) => socks({ host: 'allowed.test', port }),
    refused: 'blocked-by-method-policy',
    answer: socksReply(2),
    twin: { why: 'CONNECT in the list', rules: { ...ALLOWED, methods: ['GET', 'CONNECT'] } },
  },
  {
    title: 'a tunnel to where POST is denied',
    rules: { ...ALLOWED, deny: [{ host: 'allowed.test', methods: ['POST'] }] },
    send: (port) => connect(`allowed.test:${port}`),
    refused: 'blocked-by-denylist',
    twin: { why: 'GET, which is seen', send: (port) => get(`http://allowed.test:${port}/secret`) },
  },
  {
    title: 'another port of an allowed host',
    rules: { allow: ['allowed.test:1', '127.0.0.1'] },
    send: (port) => connect(`allowed.test:${port}`),
    refused: 'blocked-by-allowlist',
    twin: { why: 'a rule for the port', rules: (port) => ({ allow: [`allowed.test:${port}`, '127.0.0.1'] }) },
  },
])
