import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeForUsers, makeDirectory } from '../../support/index.ts'
import { attemptOutside, resultsIn, scriptOf } from '../attacks/attempts.ts'
import { runHelper, urlOf, WITH_NETWORK } from './commands.ts'
import { answering, silent, startUpstream } from './upstream.ts'

const REFUSED = { make: 'EPERM', connect: 'EPERM' }
const ALLOWED = { make: 'ok', connect: 'ok' }

describeForUsers('Unix sockets of a proxied command', ['cc', 'seccomp'], (user) => {
  test.each([
    { title: 'by default', context: () => ({}), gets: REFUSED },
    {
      title: 'with a grant of their path',
      context: (path: string) => ({ allowUnixSockets: [path], allowLocalBinding: true }),
      gets: REFUSED,
    },
    { title: 'with all of them', context: () => ({ dangerouslyAllowAllUnixSockets: true }), gets: ALLOWED },
  ])('get $gets.make $title, and the network stays what it is', async ({ context, gets }) => {
    const path = join(makeDirectory(user), 'server.sock')
    await startUpstream(silent, { path, readableAll: true, writableAll: true })
    const upstream = await startUpstream(answering('there'))
    const other = await startUpstream(answering('not for this command'))
    const ofSockets = [
      ['socket', 'unix', 'stream', '0'],
      ['connect-unix', path],
    ]
    const ofNetwork = [
      ['connect-tcp', '127.0.0.1', String(upstream.port)],
      ['connect-tcp', '127.0.0.1', String(other.port)],
      ['connect-tcp', '192.0.2.1', '80'],
      ['socket', 'netlink', 'raw', '16'],
      ['socket', 'vsock', 'stream', '0'],
      ['socketpair', 'unix', 'stream'],
    ]
    const attempts = [...ofSockets, ...ofNetwork]
    const { stdout, stderr } = await runHelper(user, {
      profile: WITH_NETWORK,
      env: { HTTPS_PROXY: urlOf(upstream.port) },
      flags: ['--managed-network', JSON.stringify(context(path))],
      command: ['sh', '-c', scriptOf(attempts)],
    })
    expect(resultsIn(stdout, { count: attempts.length, stderr })).toEqual([
      gets.make,
      gets.connect,
      ...['ok', 'ECONNREFUSED', 'ENETUNREACH', 'EPERM', 'EPERM', 'ok'],
    ])
    expect(await attemptOutside(user, ofSockets)).toEqual(['ok', 'ok'])
  })
})
