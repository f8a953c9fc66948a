import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { describeForUsers, until, withLibrary } from '../../support/index.ts'
import { nodeCommand, READ_ONLY, runHelper, startHelper, urlOf } from './commands.ts'
import { pidNamed, statusOf } from './plumbing.ts'
import { answering, echoing, silent, startUpstream, unusedPort, type Answer } from './upstream.ts'

/** How many connections a command makes that means harm: fewer than the relay can have. */
const FLOOD = 3000

/** How many connections the relay has at once, and more than these. */
const CONNECTIONS_MAX = 4096
const MORE = 4500

/** The hard limit of this process. Node raises the soft one to it. @see proc_pid_limits(5) */
const OPEN_FILES_MAX = Number(
  /^Max open files +\S+ +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1],
)

/** In KiB: what a relay may take for connections of which it holds all that it can of what nobody reads. */
const RELAY_MEMORY_MAX = 1 << 20

/** Asks once more, to see that the proxy is still there for others. */
const ASK = `
  const ask = async (name) => {
    const socket = connect(name)
    socket.write('GET / HTTP/1.1\\r\\n\\r\\n')
    const answer = await whole(socket)
    socket.end()
    return answer.slice(-5)
  }`

/** What answers a request, and keeps all other connections as they are. */
const patient: Answer = answering('there')

describeForUsers('a hostile command', [], (user) => {
  test(`that makes ${FLOOD} connections at once can still use the proxy, and so can others`, async () => {
    const upstream = await startUpstream(patient)
    const env = { HTTP_PROXY: urlOf(upstream.port) }
    const script = `${ASK}
      const sockets = Array.from({ length: ${FLOOD} }, () => connect('HTTP_PROXY'))
      await Promise.all(sockets.map((socket) => once(socket, 'connect')))
      console.log('flooded')
      await line()
      console.log(await ask('HTTP_PROXY'))
      for (const socket of sockets) socket.resetAndDestroy()
      console.log(await ask('HTTP_PROXY'))`
    const hostile = startHelper(user, { env, command: nodeCommand(script) })
    await hostile.wrote('flooded')
    await until(() => upstream.streams.length === FLOOD)
    const other = await runHelper(user, {
      env,
      command: nodeCommand(`${ASK}; console.log(await ask('HTTP_PROXY'))`),
    })
    expect(other.stdout).toBe('there\n')
    hostile.child.stdin?.write('\n')
    expect(await hostile.ended).toMatchObject({ exitCode: 0, stdout: 'flooded\nthere\nthere\n' })
    await until(() => upstream.streams.every(({ isOver }) => isOver()))
  })

  test.skipIf(OPEN_FILES_MAX < 2 * MORE)(
    'that makes more than can be had waits for itself alone',
    async () => {
      let isAnswering = false
      const answer = (socket: Socket): void => void socket.end('there')
      const upstream = await startUpstream((socket) => {
        socket.resume()
        if (isAnswering) answer(socket)
      })
      const script = `
      const sockets = Array.from({ length: ${MORE} }, () => connect('HTTP_PROXY'))
      await Promise.all(sockets.map((socket) => once(socket, 'connect')))
      console.log('flooded')
      const answers = await Promise.all(sockets.map(async (socket) => {
        const answer = await whole(socket)
        socket.end()
        return answer
      }))
      console.log(answers.filter((answer) => answer === 'there').length)`
      const hostile = startHelper(user, {
        env: { HTTP_PROXY: urlOf(upstream.port) },
        command: nodeCommand(script),
      })
      await hostile.wrote('flooded')
      await until(() => upstream.streams.length === CONNECTIONS_MAX)
      isAnswering = true
      for (const { socket } of upstream.streams) answer(socket)
      expect(await hostile.ended).toMatchObject({ exitCode: 0, stdout: `flooded\n${MORE}\n` })
      expect(upstream.streams).toHaveLength(MORE)
    },
  )

  test('that never reads, or never ends what it says, holds nothing but its own connection', async () => {
    const upstream = await startUpstream((socket) => {
      patient(socket)
      socket.once('data', (chunk: Buffer) => {
        if (String(chunk) === 'pour') socket.write(Buffer.alloc(64 << 20))
      })
    })
    const script = `${ASK}
      const never = Array.from({ length: 200 }, () => {
        const socket = connect('HTTP_PROXY')
        socket.pause().write('pour')
        return socket
      })
      const half = Array.from({ length: 200 }, () => connect('HTTP_PROXY'))
      for (const socket of half) socket.end('half a request')
      console.log('waits')
      await line()
      console.log(await ask('HTTP_PROXY'), never.length + half.length)`
    const env = { HTTP_PROXY: urlOf(upstream.port) }
    const program = startHelper(user, { env, command: nodeCommand(script) })
    await program.wrote('waits')
    await until(() => upstream.streams.length === 400)
    const relay = pidNamed(program.pid, 'sandbox-relay')
    expect(Number.parseInt(statusOf(relay, 'VmRSS'), 10)).toBeLessThan(RELAY_MEMORY_MAX)
    program.child.stdin?.write('\n')
    expect(await program.ended).toMatchObject({ exitCode: 0, stdout: 'waits\nthere 400\n' })
    await until(() => upstream.streams.every(({ isOver }) => isOver()))
  })

  test('is reset by a proxy that refuses, and not by one beside it', async () => {
    const upstream = await startUpstream(patient)
    const env = { HTTP_PROXY: urlOf(await unusedPort()), HTTPS_PROXY: urlOf(upstream.port) }
    const script = `${ASK}
      const codes = await Promise.all(Array.from({ length: 100 }, () => {
        const socket = connect('HTTP_PROXY')
        socket.write('x'.repeat(100000))
        return socket.failure
      }))
      console.log([...new Set(codes)].every((code) => ['ECONNRESET', 'EPIPE'].includes(code)), await ask('HTTPS_PROXY'))`
    const end = await runHelper(user, { env, command: nodeCommand(script) })
    expect(end).toMatchObject({ exitCode: 0, stdout: 'true there\n' })
  })

  test('that looks at every port finds its listeners and nothing of the host', async () => {
    const [one, two, hidden] = [
      await startUpstream(echoing),
      await startUpstream(silent),
      await startUpstream(echoing),
    ]
    const env = { HTTP_PROXY: urlOf(one.port), HTTPS_PROXY: urlOf(two.port) }
    const script = `
      const found = []
      let next = 1
      const look = async () => {
        for (let port = next++; port <= 65535; port = next++) {
          const socket = net.connect(port, '127.0.0.1')
          const isOpen = await once(socket, 'connect').then(() => true, () => false)
          // A port that is its own is no listener.
          if (isOpen && socket.localPort !== port) found.push(port)
          socket.destroy()
        }
      }
      await Promise.all(Array.from({ length: 256 }, look))
      console.log(JSON.stringify(found.toSorted((a, b) => a - b)))`
    const { stdout } = await runHelper(user, { env, command: nodeCommand(script) })
    expect(JSON.parse(stdout)).toEqual([one.port, two.port].toSorted((a, b) => a - b))
    expect(hidden.streams).toHaveLength(0)
  })

  test('cannot hold up a command of the same process that has the same handler', async () => {
    const flood = nodeCommand(`
      const sockets = Array.from({ length: 1000 }, () => connect('HTTP_PROXY'))
      await Promise.all(sockets.map((socket) => once(socket, 'connect')))
      console.log('flooded')
      await line()`)
    const ask = nodeCommand(`${ASK}; console.log(await ask('HTTP_PROXY'))`)
    const input = { profile: READ_ONLY, hostile: flood, harmless: ask }
    const seen = await withLibrary(user, input, async ({ lib }, { profile, hostile, harmless }) => {
      const http = (socket: Socket): void => {
        socket.on('error', () => undefined)
        socket.on('data', () => socket.end('x\r\n\r\nthere'))
      }
      const sandbox = await lib.Sandbox.create({ profile, proxy: { http } })
      const child = sandbox.spawn(hostile[0], hostile.slice(1))
      await new Promise((resolve) => child.stdout?.once('data', resolve))
      const { stdout } = await sandbox.run(harmless[0], harmless.slice(1))
      child.stdin?.end('\n')
      await new Promise((resolve) => child.once('close', resolve))
      return stdout
    })
    expect(seen).toBe('there\n')
  })
})
