import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { describeForUsers, until, userEnvironment, withLibrary } from '../../support/index.ts'
import { nodeCommand, OTHER_RUNTIME, READ_ONLY, runHelper, urlOf } from './commands.ts'
import { silent, startUpstream } from './upstream.ts'

const CONNECTIONS = 20
const BYTES = 30_000

/** Says much on many connections, and is gone as soon as the kernel has it, without an end of any of them. */
const SAY_AND_GO = nodeCommand(`
  const sockets = Array.from({ length: ${CONNECTIONS} }, () => connect('HTTP_PROXY'))
  await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.write(Buffer.alloc(${BYTES}, 'w'), resolve))))
  process.kill(process.pid, 'SIGKILL')`)

describeForUsers('what a command said before its end', [], (user) => {
  test('reaches a proxy of the host', async () => {
    const upstream = await startUpstream(silent)
    const env = { HTTP_PROXY: urlOf(upstream.port) }
    expect(await runHelper(user, { env, command: SAY_AND_GO })).toMatchObject({ exitCode: 137 })
    await until(() => upstream.streams.every(({ isOver }) => isOver()))
    expect(upstream.streams.map(({ said }) => said().length)).toEqual(Array(CONNECTIONS).fill(BYTES))
  })

  test.each(['a listener', 'a private socket'])(
    'reaches a proxy in the process of the caller by %s',
    async (way) => {
      const env = { ...userEnvironment(), ...(way === 'a listener' ? {} : { NODE_OPTIONS: OTHER_RUNTIME }) }
      const input = { profile: READ_ONLY, command: SAY_AND_GO, count: CONNECTIONS }
      const seen = await withLibrary(
        user,
        input,
        async ({ lib }, { profile, command, ...given }) => {
          const lengths: Promise<number>[] = []
          const http = (socket: Socket): void => {
            let length = 0
            socket.on('data', (chunk) => (length += chunk.length)).on('error', () => undefined)
            lengths.push(new Promise((resolve) => socket.once('end', () => resolve(length))))
            socket.once('end', () => socket.end())
          }
          const sandbox = await lib.Sandbox.create({ profile, proxy: { http } })
          const child = sandbox.spawn(command[0], command.slice(1), { stdio: 'ignore', env: {} })
          const signal = await new Promise((resolve) => child.once('close', (_, name) => resolve(name)))
          while (lengths.length < given.count) await new Promise((resolve) => setTimeout(resolve, 10))
          return { signal, lengths: await Promise.all(lengths) }
        },
        { env },
      )
      expect(seen).toEqual({ signal: 'SIGKILL', lengths: Array(CONNECTIONS).fill(BYTES) })
    },
  )
})
