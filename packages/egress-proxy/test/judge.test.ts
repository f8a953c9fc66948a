import { expect, test } from 'vitest'
import { parseAddress } from '../src/address.ts'
import type { EgressRequest } from '../src/decision.ts'
import { parseAuthority } from '../src/host.ts'
import { judgeAddresses, judgeRequest } from '../src/judge.ts'
import { compileRules, type EgressRules } from '../src/rules.ts'

/** `GET a.example:80`, or `CONNECT a.example:443` for a tunnel. */
function request(text: string): EgressRequest {
  const [method = '', place = ''] = text.split(' ')
  const { host, port = 80 } = parseAuthority(place)!
  return { protocol: method === 'CONNECT' ? 'connect' : 'http', method, host, port }
}

const GET_ONLY: EgressRules = { allow: ['a.example'], methods: ['GET'] }

test.each([
  { rules: { allow: [] }, asks: 'GET a.example', result: 'blocked-by-allowlist', why: 'nothing is allowed' },
  { rules: { allow: ['a.example'] }, asks: 'GET a.example', result: 'a.example', why: 'it is allowed' },
  {
    rules: { allow: ['*', 'a.example'] },
    asks: 'GET a.example',
    result: '*',
    why: 'the first rule names it',
  },
  {
    rules: { allow: ['a.example'], deny: ['a.example'] },
    asks: 'GET a.example',
    result: 'blocked-by-denylist',
    why: 'a denial is stronger',
  },
  {
    rules: { allow: ['a.example'], deny: ['a.example:22'] },
    asks: 'GET a.example',
    result: 'a.example',
    why: 'another port',
  },
  {
    rules: { allow: ['*'], deny: ['*'] },
    asks: 'GET a.example',
    result: 'blocked-by-denylist',
    why: 'everything is denied',
  },
  { rules: GET_ONLY, asks: 'GET a.example', result: 'a.example', why: 'a method of the list' },
  {
    rules: GET_ONLY,
    asks: 'POST a.example',
    result: 'blocked-by-method-policy',
    why: 'no method of the list',
  },
  {
    rules: GET_ONLY,
    asks: 'POST b.example',
    result: 'blocked-by-allowlist',
    why: 'not for this host anyway',
  },
  {
    rules: GET_ONLY,
    asks: 'CONNECT a.example:443',
    result: 'blocked-by-method-policy',
    why: 'methods cannot be seen',
  },
  {
    rules: { ...GET_ONLY, methods: ['GET', 'CONNECT'] },
    asks: 'CONNECT a.example:443',
    result: 'a.example',
    why: 'tunnels are listed',
  },
  {
    rules: { ...GET_ONLY, allow: ['a.example', { host: '*.example', methods: ['POST'] }] },
    asks: 'POST a.example',
    result: '*.example',
    why: 'a later rule allows the method',
  },
  {
    rules: { allow: ['a.example'], deny: [{ host: 'a.example', methods: ['POST'] }] },
    asks: 'GET a.example',
    result: 'a.example',
    why: 'another method is denied',
  },
  {
    rules: { allow: ['a.example'], deny: [{ host: 'a.example', methods: ['POST'] }] },
    asks: 'CONNECT a.example:443',
    result: 'blocked-by-denylist',
    why: 'the denied method could be used in it',
  },
  {
    rules: { allow: ['10.0.0.0/8'] },
    asks: 'GET 10.1.1.1',
    result: '10.0.0.0/8',
    why: 'an address in the network',
  },
  {
    rules: { allow: ['0.0.0.0/0'] },
    asks: 'GET a.example',
    result: 'blocked-by-allowlist',
    why: 'a name is no address',
  },
])('$asks is judged $result: $why', ({ rules, asks, result }) => {
  const verdict = judgeRequest(compileRules(rules), request(asks))
  expect('rule' in verdict ? verdict.rule : verdict.refusal.reason).toBe(result)
})

test.each([
  { allow: ['a.example'], has: ['93.184.215.14'], result: ['93.184.215.14'], why: 'public' },
  { allow: ['a.example'], has: ['10.0.0.1'], result: 'blocked-by-address-policy', why: 'private' },
  {
    allow: ['a.example'],
    has: ['10.0.0.1', '93.184.215.14', '::1'],
    result: ['93.184.215.14'],
    why: 'the public one only',
  },
  {
    allow: ['a.example', '10.0.0.0/8'],
    has: ['10.0.0.1', '::1'],
    result: ['10.0.0.1'],
    why: 'granted by a network',
  },
  {
    allow: ['a.example', '10.0.0.1:81'],
    has: ['10.0.0.1'],
    result: 'blocked-by-address-policy',
    why: 'granted for another port',
  },
  {
    allow: ['a.example', '10.0.0.1:80'],
    has: ['10.0.0.1'],
    result: ['10.0.0.1'],
    why: 'granted for this port',
  },
  {
    allow: ['a.example', { host: '10.0.0.1', methods: ['POST'] }],
    has: ['10.0.0.1'],
    result: 'blocked-by-address-policy',
    why: 'granted for another method',
  },
  {
    allow: ['*'],
    has: ['127.0.0.1'],
    result: 'blocked-by-address-policy',
    why: 'a star is for public addresses',
  },
  {
    allow: ['localhost'],
    has: ['127.0.0.1'],
    result: 'blocked-by-address-policy',
    why: 'a grant for another name',
  },
  { allow: ['a.example'], has: [], result: 'resolve-failed', why: 'none' },
  {
    allow: ['a.example'],
    deny: ['93.184.0.0/16'],
    has: ['93.184.215.14'],
    result: 'blocked-by-denylist',
    why: 'denied',
  },
  {
    allow: ['a.example'],
    deny: ['93.184.0.0/16'],
    has: ['93.184.215.14', '1.1.1.1'],
    result: ['1.1.1.1'],
    why: 'one is denied',
  },
  {
    allow: ['a.example', '10.0.0.0/8'],
    deny: ['10.0.0.1'],
    has: ['10.0.0.1'],
    result: 'blocked-by-denylist',
    why: 'a denial is stronger than a grant',
  },
])('of $has for a.example, $result may be used: $why', ({ allow, deny = [], has, result }) => {
  const addresses = has.map((text) => parseAddress(text)!)
  const verdict = judgeAddresses(compileRules({ allow, deny }), request('GET a.example'), addresses)
  expect('refusal' in verdict ? verdict.refusal.reason : verdict.addresses.map(String)).toEqual(result)
})

test.each([
  { allow: ['localhost'], has: '127.0.0.1', isUsed: true },
  { allow: ['localhost'], has: '::1', isUsed: true },
  { allow: ['LOCALHOST.:80'], has: '127.0.0.1', isUsed: true },
  { allow: ['localhost:81'], has: '127.0.0.1', isUsed: false },
  { allow: ['localhost'], has: '10.0.0.1', isUsed: false },
  { allow: ['*'], has: '127.0.0.1', isUsed: false },
])('with $allow, localhost at $has is used: $isUsed', ({ allow, has, isUsed }) => {
  const verdict = judgeAddresses(compileRules({ allow }), request('GET localhost'), [parseAddress(has)!])
  expect('addresses' in verdict).toBe(isUsed)
})
