import { expect, test } from 'vitest'
import { createEgressProxy } from '../../src/index.ts'
import { describeAttacks } from './attack.ts'
import { connect, get, socks, socksReply } from '../messages.ts'
import { startOrigin, startProxy, talk } from '../world.ts'

const NOT_PUBLIC = [
  '127.0.0.1',
  '127.8.8.8',
  '0.0.0.0',
  '10.0.0.1',
  '172.16.0.1',
  '192.168.0.1',
  '169.254.169.254',
  '100.64.0.1',
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
  '198.18.0.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::127.0.0.1',
  '::ffff:127.0.0.1',
  '::ffff:a9fe:a9fe',
  '64:ff9b::127.0.0.1',
  '64:ff9b:1::10.0.0.1',
  '2002:7f00:1::',
  '2001:0:7f00:1::',
  'fc00::1',
  'fd00:ec2::254',
  'fe80::1',
  'fec0::1',
  'ff02::1',
  '2001:db8::1',
  '100::1',
]

describeAttacks(
  'an allowed name with an address that is not public',
  NOT_PUBLIC.map((address) => ({
    title: address,
    rules: { allow: ['rebound.test'] },
    names: { 'rebound.test': [address] },
    send: (port) => get(`http://rebound.test:${port}/secret`),
    refused: 'blocked-by-address-policy',
    twin: {
      why: 'one that a rule grants beside it',
      rules: { allow: ['rebound.test', '127.0.0.2'] },
      names: { 'rebound.test': [address, '127.0.0.2'] },
    },
  })),
)

describeAttacks('the same in tunnels', [
  {
    title: 'CONNECT',
    rules: { allow: ['rebound.test'] },
    names: { 'rebound.test': ['127.0.0.1'] },
    send: (port) => connect(`rebound.test:${port}`),
    refused: 'blocked-by-address-policy',
    twin: { why: 'a grant', rules: { allow: ['rebound.test', '127.0.0.0/8'] } },
  },
  {
    title: 'SOCKS5',
    rules: { allow: ['rebound.test'] },
    names: { 'rebound.test': ['127.0.0.1'] },
    send: (port) => socks({ host: 'rebound.test', port }),
    refused: 'blocked-by-address-policy',
    answer: socksReply(2),
    twin: { why: 'a grant', rules: { allow: ['rebound.test', '127.0.0.0/8'] } },
  },
  {
    title: 'an address with a zone',
    rules: { allow: ['rebound.test', 'fe80::/10', '127.0.0.1'] },
    names: { 'rebound.test': ['fe80::1%lo', '::1%lo'] },
    send: (port) => get(`http://rebound.test:${port}/secret`),
    refused: 'resolve-failed',
    twin: { why: 'one without', names: { 'rebound.test': ['fe80::1%lo', '127.0.0.1'] } },
  },
  {
    title: 'an answer that is a name',
    rules: { allow: ['rebound.test', '127.0.0.1'] },
    names: { 'rebound.test': ['localhost', '127.1', '0x7f000001'] },
    send: (port) => get(`http://rebound.test:${port}/secret`),
    refused: 'resolve-failed',
    twin: { why: 'an address', names: { 'rebound.test': ['127.0.0.1'] } },
  },
  {
    title: 'an address that a rule denies',
    rules: { allow: ['rebound.test', '127.0.0.0/8'], deny: ['127.0.0.1'] },
    names: { 'rebound.test': ['127.0.0.1'] },
    send: (port) => get(`http://rebound.test:${port}/secret`),
    refused: 'blocked-by-denylist',
    twin: { why: 'one that it does not', names: { 'rebound.test': ['127.0.0.1', '127.0.0.2'] } },
  },
  {
    title: 'a grant for another port',
    rules: { allow: ['rebound.test', '127.0.0.1:1'] },
    names: { 'rebound.test': ['127.0.0.1'] },
    send: (port) => get(`http://rebound.test:${port}/secret`),
    refused: 'blocked-by-address-policy',
    twin: { why: 'one for this', rules: (port) => ({ allow: ['rebound.test', `127.0.0.1:${port}`] }) },
  },
])

test('a name that changes its address between check and connection is connected to where it was checked', async () => {
  const origin = await startOrigin()
  const answers = [['127.0.0.2'], ['127.0.0.1'], ['127.0.0.1']]
  let asked = 0
  const addresses: (string | undefined)[] = []
  const proxy = createEgressProxy({
    rules: { allow: ['rebound.test', '127.0.0.2'] },
    resolve: () => Promise.resolve(answers[asked++] ?? []),
    onDecision: ({ address, reason }) => addresses.push(address ?? reason),
  })
  const { port } = await proxy.listen()
  await talk(port, [get(`http://rebound.test:${origin.port}/first`)], 'ORIGIN')
  await talk(port, [get(`http://rebound.test:${origin.port}/second`)], 'X-Proxy-Error')
  expect({ asked, addresses }).toEqual({ asked: 2, addresses: ['127.0.0.2', 'blocked-by-address-policy'] })
  expect(await origin.seen()).toEqual([`GET /first rebound.test:${origin.port}`])
  await proxy.close()
})

test('a name that is not allowed is not resolved, so that nothing leaves with it', async () => {
  const world = await startProxy(await startOrigin(), {
    rules: { allow: ['allowed.test'], deny: ['denied.allowed.test'] },
  })
  for (const host of ['secret-as-a-label.other.test', 'denied.allowed.test', 'allowed.test']) {
    // oxlint-disable-next-line no-await-in-loop
    await world.talk([get(`http://${host}/`)], 'X-Proxy-Error')
  }
  expect(world.resolved).toEqual(['allowed.test'])
})
