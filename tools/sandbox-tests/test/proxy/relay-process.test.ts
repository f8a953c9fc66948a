import { statSync } from 'node:fs'
import { expect, test } from 'vitest'
import { describeForUsers, hasFeature, type TestUser } from '../../support/index.ts'
import { nodeCommand, startHelper, urlOf } from './commands.ts'
import { descriptorsOf, pidNamed, pidsNamed, sessionOf, statusOf, tcpSocketsOf } from './plumbing.ts'
import { echoing, startUpstream } from './upstream.ts'

/** A command with a connection that it holds until it is told to end. */
async function startHolding(user: TestUser) {
  const upstream = await startUpstream(echoing)
  const script = `
    const socket = connect('HTTP_PROXY')
    socket.write('x')
    await once(socket, 'data')
    console.log('holds')
    await line()`
  const env = { HTTP_PROXY: urlOf(upstream.port), HTTPS_PROXY: 'http://127.0.0.1:9' }
  const program = startHelper(user, { env, command: nodeCommand(script) })
  await program.wrote('holds')
  return { program, relay: pidNamed(program.pid, 'sandbox-relay') }
}

describeForUsers('the process that relays', ['seccomp'], (user) => {
  test('is one, has a filter and a session of its own, and can gain nothing', async () => {
    const { program, relay } = await startHolding(user)
    expect(pidsNamed(program.pid, 'sandbox-relay')).toEqual([relay])
    expect({
      seccomp: statusOf(relay, 'Seccomp'),
      noNewPrivileges: statusOf(relay, 'NoNewPrivs'),
      session: sessionOf(relay),
      user: statusOf(relay, 'Uid').split('\t')[0],
      coreLimit: statusOf(relay, 'CoreDumping'),
    }).toEqual({
      seccomp: '2',
      noNewPrivileges: '1',
      session: relay,
      user: String(user.uid),
      coreLimit: '0',
    })
    // What the supervising process has, which needs more.
    expect(statusOf(pidNamed(program.pid, 'linux-sandbox-n'), 'Seccomp')).toBe('0')
    // Files of a process that is not dumpable are root's. @see proc(5)
    expect(statSync(`/proc/${relay}/fd`).uid).toBe(0)
    expect(statSync(`/proc/${program.pid}/fd`).uid).toBe(user.uid)
    program.child.stdin?.write('\n')
    expect(await program.ended).toMatchObject({ exitCode: 0 })
  })

  test.skipIf(!hasFeature('root'))(
    'holds its own descriptors, and nobody else holds the listeners',
    async () => {
      const { program, relay } = await startHolding(user)
      const [inside] = pidsNamed(program.pid, 'sandbox-enter')
      const command = pidNamed(program.pid, 'node')
      const targets = descriptorsOf(relay)
      expect(
        targets.filter((target) => !/^(socket:|pipe:|anon_inode:\[eventpoll\]|\/dev\/null$)/.test(target)),
      ).toEqual([])
      // Two listeners and the connection that was accepted.
      expect(tcpSocketsOf(relay, inside!)).toHaveLength(3)
      expect(tcpSocketsOf(relay, process.pid)).toHaveLength(1)
      for (const pid of [inside!, pidNamed(program.pid, 'linux-sandbox-n'), program.pid])
        expect(tcpSocketsOf(pid, inside!)).toEqual([])
      expect(tcpSocketsOf(command, inside!)).toHaveLength(1)
    },
  )

  test('is gone with the command, and there is none without proxies', async () => {
    const { program, relay } = await startHolding(user)
    program.child.stdin?.write('\n')
    await program.ended
    expect(statusOf(relay, 'Name')).toBe('missing')
    const other = startHelper(user, {
      flags: [],
      command: nodeCommand(`console.log('runs'); await line()`),
    })
    await other.wrote('runs')
    expect(pidsNamed(other.pid, 'sandbox-relay')).toEqual([])
  })
})
