import { join } from 'node:path'
import { networkInterfaces } from 'node:os'
import { expect, test } from 'vitest'
import { describeForUsers, makeDirectory, runProgram, stagedProbe, TEST_USERS } from '../../support/index.ts'
import { nodeCommand, runHelper, startHelper, urlOf, WITH_NETWORK } from './commands.ts'
import { answering, startUpstream } from './upstream.ts'

/** An address of this host that is not its loopback. */
const HOST_ADDRESS = Object.values(networkInterfaces())
  .flat()
  .find((one) => one !== undefined && one.family === 'IPv4' && !one.internal)?.address

const ADDRESSES = ['127.0.0.1', ...(HOST_ADDRESS === undefined ? [] : [HOST_ADDRESS])]

/** The listener of a proxy that has no port, and that nobody on this host has. */
const PORT = 20_000

describeForUsers('the listener of a proxied command', ['cc'], (user) => {
  test('is reached by that command, and by no user of the host nor another sandbox', async () => {
    const path = join(makeDirectory(user), 'proxy.sock')
    const upstream = await startUpstream(answering('there'), { path, readableAll: true, writableAll: true })
    const script = `
      console.log('ready', process.env.HTTP_PROXY)
      await line()
      const socket = connect('HTTP_PROXY')
      socket.write('GET / HTTP/1.1\\r\\n\\r\\n')
      console.log((await whole(socket)).slice(-5))`
    const inside = startHelper(user, { env: { HTTP_PROXY: `unix:${path}` }, command: nodeCommand(script) })
    await inside.wrote(`ready ${urlOf(PORT)}`)

    for (const address of ADDRESSES) {
      const attempt = ['connect-tcp', address, String(PORT)]
      for (const other of TEST_USERS) {
        const { stdout } = await runProgram(other, stagedProbe(), attempt)
        expect([other.name, address, stdout.trim()]).toEqual([other.name, address, 'ECONNREFUSED'])
      }
    }
    const elsewhere = await startUpstream(answering('another proxy'))
    const unproxied = { flags: [], command: [stagedProbe(), 'connect-tcp', '127.0.0.1', String(PORT)] }
    const proxied = { ...unproxied, flags: ['--managed-network', '{}'] }
    for (const run of [
      unproxied,
      { ...unproxied, profile: WITH_NETWORK },
      { ...proxied, env: { HTTP_PROXY: urlOf(elsewhere.port) } },
    ])
      expect((await runHelper(user, run)).stdout).toBe('ECONNREFUSED\n')
    expect(upstream.streams).toHaveLength(0)

    inside.child.stdin?.write('\n')
    expect(await inside.ended).toMatchObject({ exitCode: 0, stdout: `ready ${urlOf(PORT)}\nthere\n` })
    expect(upstream.streams).toHaveLength(1)
  })

  test('is gone with the command', async () => {
    const upstream = await startUpstream(answering('there'))
    const run = { env: { HTTP_PROXY: urlOf(upstream.port) } }
    const probe = [stagedProbe(), 'connect-tcp', '127.0.0.1', String(upstream.port)]
    // The same port inside, one command after the other and two at once.
    const again = () => runHelper(user, { ...run, command: probe })
    expect((await again()).stdout).toBe('ok\n')
    expect((await Promise.all([again(), again()])).map(({ stdout }) => stdout)).toEqual(['ok\n', 'ok\n'])
  })
})
