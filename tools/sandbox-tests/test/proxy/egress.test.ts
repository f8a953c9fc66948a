import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeForUsers, makeDirectory, runProgram, runSandboxed } from '../../support/index.ts'
import { attemptOutside, resultsIn, scriptOf, type Attempt } from '../attacks/attempts.ts'
import { nodeCommand, PROFILES, READ_ONLY, runHelper, urlOf } from './commands.ts'
import { answering, startUpstream, unusedPort } from './upstream.ts'

/** What an ordinary HTTP client makes of a variable that names a proxy. */
const REQUEST = `
  for (const name of ['HTTP_PROXY', 'WSS_PROXY']) {
    const { username, password } = new URL(process.env[name])
    const socket = connect(name)
    const credentials = Buffer.from(username + ':' + password).toString('base64')
    socket.write('GET http://service.example/' + name + ' HTTP/1.1\\r\\nHost: service.example\\r\\n' +
      (username === '' ? '' : 'Proxy-Authorization: Basic ' + credentials + '\\r\\n') + '\\r\\n')
    const answer = await whole(socket)
    console.log(process.env[name], answer.slice(answer.indexOf('\\r\\n\\r\\n') + 4))
  }`

describeForUsers('requests of a proxied command', [], (user) => {
  test.each(PROFILES)('reach the proxies of the host in absolute form, under $title', async ({ profile }) => {
    const http = await startUpstream(answering('http'))
    const sockets = await startUpstream(answering('sockets'), { host: '127.8.9.10', port: http.port })
    const env = {
      HTTP_PROXY: `http://user:pass@localhost:${http.port}/path?x=1`,
      WSS_PROXY: `127.8.9.10:${http.port}`,
      NO_PROXY: 'left.example',
      GRPC_PROXY: 'http://127.0.0.1:9/',
    }
    // The second endpoint has the same port, so that it has to have another one inside.
    const script = `process.env.WSS_PROXY = 'http://' + process.env.WSS_PROXY; ${REQUEST}
      console.log(process.env.NO_PROXY, process.env.GRPC_PROXY)`
    const end = await runHelper(user, { profile, env, command: nodeCommand(script) })
    expect(end).toMatchObject({ exitCode: 0, stderr: '' })
    expect(end.stdout.split('\n')).toEqual([
      `http://user:pass@127.0.0.1:${http.port}/path?x=1 http`,
      'http://127.0.0.1:20000 sockets',
      'left.example http://127.0.0.1:9/',
      '',
    ])
    expect(http.streams.map(({ said }) => said())).toEqual([
      'GET http://service.example/HTTP_PROXY HTTP/1.1\r\nHost: service.example\r\n' +
        `Proxy-Authorization: Basic ${Buffer.from('user:pass').toString('base64')}\r\n\r\n`,
    ])
    expect(sockets.streams.map(({ said }) => said())).toEqual([
      'GET http://service.example/WSS_PROXY HTTP/1.1\r\nHost: service.example\r\n\r\n',
    ])
  })

  test('reach the proxy by a library call and with the earlier spelling of the flag, too', async () => {
    const upstream = await startUpstream(answering('there'))
    const env = { HTTP_PROXY: urlOf(upstream.port), WSS_PROXY: urlOf(upstream.port) }
    const command = nodeCommand(REQUEST)
    const expected = `${urlOf(upstream.port)} there\n`.repeat(2)
    const { stdout } = await runSandboxed(user, {
      sandbox: { profile: READ_ONLY, proxy: { from: 'environment' } },
      command,
      run: { env: { PATH: '/usr/bin:/bin', ...env } },
    })
    expect(stdout).toBe(expected)
    const flags = ['--allow-network-for-proxy']
    expect(await runHelper(user, { env, command, flags })).toMatchObject({ exitCode: 0, stdout: expected })
    expect(upstream.streams).toHaveLength(4)
  })
})

describeForUsers('a proxy of the host that listens', ['ipv6'], (user) => {
  const script = `
    const socket = connect('HTTPS_PROXY')
    socket.write('GET / HTTP/1.1\\r\\n\\r\\n')
    console.log(process.env.HTTPS_PROXY, (await whole(socket)).slice(-5))`

  test('on IPv6 is reached by IPv4', async () => {
    const { port } = await startUpstream(answering('there'), { host: '::1', port: 0 })
    const env = { HTTPS_PROXY: `http://[::1]:${port}/` }
    const end = await runHelper(user, { env, command: nodeCommand(script) })
    expect(end.stdout).toBe(`http://127.0.0.1:${port}/ there\n`)
  })

  test('on a Unix socket is reached by TCP', async () => {
    const path = join(makeDirectory(user), 'proxy.sock')
    await startUpstream(answering('there'), { path, readableAll: true, writableAll: true })
    const env = { HTTPS_PROXY: `unix://${path}` }
    const end = await runHelper(user, { env, command: nodeCommand(script) })
    expect(end.stdout).toBe('http://127.0.0.1:20000 there\n')
  })
})

/** Ways out that need no proxy. 192.0.2.0/24 and 2001:db8::/32 are nobody's (RFC 5737, RFC 3849). */
const WAYS_OUT: readonly { readonly attempt: Attempt; readonly gets: string }[] = [
  { attempt: ['connect-tcp', '192.0.2.1', '80'], gets: 'ENETUNREACH' },
  { attempt: ['connect-tcp', '2001:db8::1', '80'], gets: 'ENETUNREACH' },
  { attempt: ['send-udp', '192.0.2.1', '53'], gets: 'ENETUNREACH' },
  { attempt: ['connect-mptcp', '127.0.0.1', '80'], gets: 'EPERM' },
  { attempt: ['socket', 'unix', 'stream', '0'], gets: 'EPERM' },
  { attempt: ['socket', 'unix', 'dgram', '0'], gets: 'EPERM' },
  { attempt: ['socketpair', 'unix', 'stream'], gets: 'ok' },
  { attempt: ['socketpair', 'unix', 'seqpacket'], gets: 'ok' },
  { attempt: ['socketpair', 'unix', 'dgram'], gets: 'EPERM' },
  // Of these only the family that shows interfaces, without which getifaddrs(3) fails.
  { attempt: ['socket', 'netlink', 'raw', '0'], gets: 'ok' },
  { attempt: ['socket', 'netlink', 'raw', '4'], gets: 'EPERM' },
  { attempt: ['socket', 'netlink', 'raw', '16'], gets: 'EPERM' },
  { attempt: ['socket', 'packet', 'raw', '0'], gets: 'EPERM' },
  { attempt: ['socket', 'vsock', 'stream', '0'], gets: 'EPERM' },
  { attempt: ['socket', 'inet', 'raw', '1'], gets: 'EPERM' },
  { attempt: ['serve-itself', '127.0.0.1'], gets: 'ok' },
  { attempt: ['exchange-udp', '127.0.0.1'], gets: 'ok' },
]

describeForUsers('the network of a proxied command', ['cc', 'seccomp'], (user) => {
  test.each(PROFILES)('is its own loopback and nothing else, under $title', async ({ profile }) => {
    const upstream = await startUpstream(answering('there'))
    const other = await startUpstream(answering('not for this command'))
    const toProxy = ['connect-tcp', '127.0.0.1', String(upstream.port)]
    const toOther = ['connect-tcp', '127.0.0.1', String(other.port)]
    const attempts = [...WAYS_OUT.map(({ attempt }) => attempt), toOther, toProxy]
    const { stdout, stderr } = await runHelper(user, {
      profile,
      env: { HTTPS_PROXY: urlOf(upstream.port) },
      command: ['sh', '-c', scriptOf(attempts)],
    })
    const results = resultsIn(stdout, { count: attempts.length, stderr })
    const expected = [...WAYS_OUT.map(({ gets }) => gets), 'ECONNREFUSED', 'ok']
    expect(results.map((result, index) => [attempts[index], result])).toEqual(
      expected.map((gets, index) => [attempts[index], gets]),
    )
    expect(other.streams).toHaveLength(0)
    // What the filter forbids works outside, where the user may.
    const twins = [toOther, ['socket', 'unix', 'stream', '0'], ['socketpair', 'unix', 'dgram']]
    expect(await attemptOutside(user, twins)).toEqual(['ok', 'ok', 'ok'])
  })

  test('has one interface and no names but those of the host', async () => {
    const upstream = await startUpstream(answering('there'))
    const run = { env: { HTTPS_PROXY: urlOf(upstream.port) } }
    const script = `
      const { lookup } = require('node:dns/promises')
      const { networkInterfaces } = require('node:os')
      console.log(Object.keys(networkInterfaces()).join(), fs.readdirSync('/proc/self/net/dev_snmp6').join())
      console.log(await lookup('name.invalid').catch(({ code }) => code))
      console.log((await lookup('localhost', { family: 4 })).address)`
    const { stdout } = await runHelper(user, { ...run, command: nodeCommand(script) })
    expect(stdout).toMatch(/^lo lo\n(EAI_AGAIN|ENOTFOUND)\n127\.0\.0\.1\n$/)
  })

  test('has room for listeners of its own, on the ports of the host too', async () => {
    const [upstream, port] = [await startUpstream(answering('there')), await unusedPort()]
    const occupied = await startUpstream(answering('of the host'))
    const script = `
      const answers = []
      for (const port of [${port}, ${occupied.port}]) {
        const server = net.createServer((socket) => socket.end('own')).listen(port, '127.0.0.1')
        await once(server, 'listening')
        answers.push(await whole(net.connect(port, '127.0.0.1')))
      }
      const taken = net.createServer().listen(${upstream.port}, '127.0.0.1')
      const [{ code }] = await once(taken, 'error')
      console.log(...answers, code)`
    const run = { env: { HTTPS_PROXY: urlOf(upstream.port) }, command: nodeCommand(script) }
    expect((await runHelper(user, run)).stdout).toBe('own own EADDRINUSE\n')
    expect(occupied.streams).toHaveLength(0)
  })
})

describeForUsers('a proxied command with the whole disk', [], (user) => {
  test('writes as without proxies, and has a /dev with what programs need', async () => {
    const upstream = await startUpstream(answering('there'))
    const script = `
      f=$(mktemp) && echo written > "$f" && cat "$f" && rm "$f"
      echo x > /dev/null && head -c 4 /dev/zero | wc -c && head -c 4 /dev/urandom | wc -c
      s=/dev/shm/linux-sandbox-test-$$; echo shared > $s; echo $s`
    const { exitCode, stdout } = await runHelper(user, {
      profile: { type: 'disabled' },
      env: { HTTPS_PROXY: urlOf(upstream.port) },
      command: ['sh', '-c', script],
    })
    const [written, zeros, random, shared = ''] = stdout.split('\n')
    expect({ exitCode, written, zeros, random }).toEqual({
      exitCode: 0,
      written: 'written',
      zeros: '4',
      random: '4',
    })
    expect(await runProgram(user, 'cat', [shared])).toMatchObject({ stdout: 'shared\n' })
    await runProgram(user, 'rm', [shared])
  })
})
