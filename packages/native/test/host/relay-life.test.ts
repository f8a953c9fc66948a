import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import type { Socket } from 'node:net'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import {
  descriptorsOf,
  inside,
  nameOf,
  openEndpoint,
  PORT,
  relayOf,
  routed,
  statusNumber,
  wholeOf,
  type Endpoint,
} from './endpoints.js'
import { openWorkshop, reasonToSkip, USERS } from './host.js'
import { becomes, childrenOf, pidsWith, stateOf } from './processes.js'
import { INHERITED_PIDS, requestFor, run, start, type RequestParts, type Run } from './run.js'

const workshop = openWorkshop()
afterAll(workshop.remove)
const { program } = workshop

const opened: Endpoint[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ close }) => close()))
})

async function open(onConnection: (socket: Socket) => void = () => {}): Promise<Endpoint> {
  const endpoint = await openEndpoint(onConnection)
  opened.push(endpoint)
  return endpoint
}

/** Whether it fails. The command may end before the relay does: then only what is written shows that nobody is left. */
function isCut(socket: Socket): Promise<boolean> {
  socket.resume()
  return becomes(() => {
    if (!socket.destroyed) socket.write('?')
    return socket.destroyed
  })
}

const HOLD = `
  const socket = connect()
  socket.write('x')
  await once(socket, 'connect')
  console.log('connected')
  await line()`

/** What docs/native-protocol.md says, by asm/unistd_64.h and asm-generic/unistd.h in Linux 6.12, in its order. */
const RELAY_CALLS =
  process.arch === 'arm64'
    ? [22, 21, 242, 198, 203, 209, 208, 204, 205, 207, 206, 210, 29, 57, 233, 113, 94]
    : [232, 281, 233, 288, 41, 42, 55, 54, 51, 52, 45, 44, 48, 16, 3, 28, 228, 231]

/** A seccomp program that kills whoever makes any other call. See seccomp(2) and linux/bpf_common.h. */
function allowing(calls: readonly number[]): Uint8Array {
  const instructions = [
    [0x20, 0, 0, 0], // A = the number of the call
    ...calls.map((call, index) => [0x15, calls.length - index, 0, call]), // allowed if A is it
    [0x06, 0, 0, 0x8000_0000], // SECCOMP_RET_KILL_PROCESS
    [0x06, 0, 0, 0x7fff_0000], // SECCOMP_RET_ALLOW
  ]
  const view = new DataView(new ArrayBuffer(instructions.length * 8))
  for (const [index, [code, yes, no, value]] of instructions.entries()) {
    view.setUint16(index * 8, code!, true)
    view.setUint8(index * 8 + 2, yes!)
    view.setUint8(index * 8 + 3, no!)
    view.setUint32(index * 8 + 4, value!, true)
  }
  return new Uint8Array(view.buffer)
}

/** What a seccomp program is that allows everything: return SECCOMP_RET_ALLOW. */
const ALLOW_ALL = Uint8Array.of(6, 0, 0, 0, 0, 0, 0xff, 0x7f)
const SECCOMP_MODE_FILTER = 2

describe.skipIf(reasonToSkip()).each(USERS)('the process of the relay, as $name', (user) => {
  const hold = async (
    parts: RequestParts = {},
  ): Promise<{ started: Run; relay: number; endpoint: Endpoint }> => {
    const endpoint = await open()
    const started = start({
      program,
      user,
      pieces: [requestFor(inside(HOLD), routed([endpoint.route, endpoint.route], parts))],
    })
    await started.said('connected')
    expect(await becomes(() => endpoint.sockets.length === 1)).toBe(true)
    return { started, relay: relayOf(started)!, endpoint }
  }
  const end = async (started: Run) => {
    started.stdin.end('\n')
    expect(await started.done).toMatchObject({ exitCode: 0 })
  }

  test('is in a session of its own, cannot be attached to, and leaves no core', async () => {
    const { started, relay } = await hold()
    const session = readFileSync(`/proc/${relay}/stat`, 'latin1').split(') ')[1]!.split(' ')[3]
    expect(Number(session)).toBe(relay)
    expect(statSync(`/proc/${relay}/cmdline`).uid).toBe(0) // whoever is not dumpable belongs to root, proc(5)
    expect(statSync(`/proc/${started.child.pid}/cmdline`).uid).toBe(user.uid ?? process.getuid!())
    expect(readFileSync(`/proc/${relay}/limits`, 'utf8')).toMatch(/^Max core file size +0 +0 /m)
    expect([statusNumber(relay, 'NoNewPrivs'), statusNumber(relay, 'Seccomp')]).toEqual([1, 0])
    await end(started)
  })

  test('has the filter that was asked for', async () => {
    const { started, relay } = await hold({ relayFilter: ALLOW_ALL })
    expect(statusNumber(relay, 'Seccomp')).toBe(SECCOMP_MODE_FILTER)
    await end(started)
    const endpoint = await open()
    const refused = await run(
      { program, user },
      ['true'],
      routed([endpoint.route], { relayFilter: new Uint8Array(8) }),
    )
    expect(refused).toMatchObject({ exitCode: 125, reports: [{ kind: 'failed', step: 'routes', errno: 22 }] })
  })

  test.skipIf(process.getuid?.() !== 0)(
    'has its sockets, and nobody else of the run has any of them',
    async () => {
      const { started, relay } = await hold()
      const supervise = started.child.pid!
      const launcher = childrenOf(supervise).find((pid) => pid !== relay)!
      const enter = childrenOf(launcher)[0]!
      const [command] = childrenOf(enter)
      expect(nameOf(enter)).toBe('sandbox-enter')
      expect(descriptorsOf(relay)).toEqual([
        ...['0 /dev/null', '1 /dev/null', '2 /dev/null'],
        ...['3 socket', '4 socket', '5 socket', '6 anon_inode'],
        ...['7 socket', '8 socket'],
      ])
      expect(
        descriptorsOf(enter).filter((one) => one.endsWith('socket')),
        'its status socket',
      ).toHaveLength(1)
      expect(descriptorsOf(launcher).filter((one) => one.endsWith('socket'))).toEqual([])
      const streams = ['0 socket', '1 socket', '2 socket'] // of Node, which calls them pipes
      const sockets = descriptorsOf(command!).filter((one) => one.endsWith('socket'))
      expect(sockets.slice(0, 3)).toEqual(streams)
      expect(sockets, 'and its connection').toHaveLength(4)
      const of = descriptorsOf(supervise).filter((one) => one.endsWith('socket'))
      expect(of, 'to the caller, enter and the relay').toHaveLength(3)
      await end(started)
    },
  )

  test('needs no other system calls than the documentation says', async () => {
    const echo = await open((socket) => socket.pipe(socket))
    const gone = await openEndpoint(() => {})
    await gone.close()
    const script = `
      const sockets = Array.from({ length: 100 }, () => connect())
      for (const socket of sockets) socket.end(Buffer.alloc(500_000))
      const lengths = (await Promise.all(sockets.map(whole))).map(({ length }) => length)
      console.log(lengths.every((length) => length === 500_000), await connect(${PORT + 1}).failure)`
    const parts = routed([echo.route, gone.route], { relayFilter: allowing(RELAY_CALLS) })
    const { stdout } = await run({ program, user }, inside(script), parts)
    expect(stdout.toString()).toBe('true ECONNRESET\n')
    const without = routed([echo.route, gone.route], { relayFilter: allowing(RELAY_CALLS.slice(2)) })
    expect(await run({ program, user }, inside(script), without)).not.toMatchObject({ stdout })
  })

  test('is not there where no route needs it', async () => {
    const started = start({ program, user, pieces: [requestFor(['sh', '-c', 'echo ready; read line'])] })
    await started.said('ready')
    expect(relayOf(started)).toBe(undefined)
    await end(started)
  })

  test.each([
    { life: 'in a PID namespace', parts: {} },
    { life: 'in the PID namespace of the host', parts: INHERITED_PIDS },
  ])('ends with supervise, and cuts its connections: $life', async ({ parts }) => {
    const { started, relay, endpoint } = await hold(parts)
    started.child.kill('SIGKILL')
    expect(await isCut(endpoint.sockets[0]!)).toBe(true)
    expect(await becomes(() => !pidsWith(program).includes(relay))).toBe(true)
    await started.done
  })

  test('ends with the caller, and cuts its connections', async () => {
    const endpoint = await open()
    const request = Buffer.from(requestFor(inside(HOLD), routed([endpoint.route]))).toString('base64')
    const args = ['-e', CALLER, program, request, String(user.uid ?? '')]
    const caller = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(caller.stdout, 'data')
    expect(await becomes(() => endpoint.sockets.length === 1)).toBe(true)
    caller.kill('SIGKILL')
    expect(await isCut(endpoint.sockets[0]!)).toBe(true)
    expect(await becomes(() => pidsWith(program).length === 0)).toBe(true)
  })

  test('is over when the run is, also with connections that nobody ends', async () => {
    const { started, relay } = await hold()
    await end(started)
    expect(existsSync(`/proc/${relay}`)).toBe(false)
  })
})

/** Starts \`supervise\` as Node would, says so, and waits to be killed. */
const CALLER = `
const { spawn } = require('node:child_process')
const [program, request, uid] = process.argv.slice(1)
const who = uid === '' ? {} : { uid: Number(uid), gid: Number(uid) }
const child = spawn(program, ['supervise', '3', '3', String(process.pid)], { env: {}, stdio: ['pipe', 'ignore', 'ignore', 'pipe'], detached: true, ...who })
child.stdio[3].on('data', () => console.log('started')).write(Buffer.from(request, 'base64'))
`

describe.skipIf(reasonToSkip())('what was sent before the command ended', () => {
  test('arrives, also when the endpoint takes its time', async () => {
    const heard: Promise<Buffer>[] = []
    const { route } = await open((socket) => heard.push(setTimeout(150).then(() => wholeOf(socket))))
    const script = `
      const socket = connect()
      await new Promise((resolve) => socket.write(Buffer.alloc(5_000_000, 'end'), resolve))`
    await run({ program }, inside(script), routed([route]))
    expect((await Promise.all(heard)).map(({ length }) => length)).toEqual([5_000_000])
  })

  test('arrives from connections that were not even accepted', async () => {
    const heard: Promise<Buffer>[] = []
    const { route } = await open((socket) => heard.push(wholeOf(socket)))
    const script = `echo ready; read line; for i in $(seq 200); do echo $i >/dev/tcp/127.0.0.1/${PORT}; done`
    const argv = ['bash', '--norc', '-c', script]
    const started = start({ program, pieces: [requestFor(argv, routed([route]))] })
    await started.said('ready')
    const [supervise, relay] = [started.child.pid!, relayOf(started)!]
    const launcher = childrenOf(supervise).find((pid) => pid !== relay)!
    const [enter] = childrenOf(launcher)
    process.kill(relay, 'SIGSTOP')
    started.stdin.end('\n')
    expect(await becomes(() => !existsSync(`/proc/${enter}`) || stateOf(enter!) === 'Z')).toBe(true)
    process.kill(relay, 'SIGCONT')
    expect(await started.done).toMatchObject({ exitCode: 0 })
    expect(await becomes(() => heard.length === 200)).toBe(true)
    const lines = (await Promise.all(heard)).map(String)
    expect(lines.toSorted()).toEqual(Array.from({ length: 200 }, (_, index) => `${index + 1}\n`).toSorted())
  })

  test('arrives also when the endpoint says something that nobody reads any more', async () => {
    const heard: Promise<Buffer>[] = []
    const { route } = await open((socket) => {
      socket.write(Buffer.alloc(100_000))
      heard.push(
        setTimeout(100).then(() => {
          const chunks: Buffer[] = []
          socket.on('data', (chunk: Buffer) => chunks.push(chunk))
          return new Promise((resolve) => socket.on('close', () => resolve(Buffer.concat(chunks))))
        }),
      )
    })
    const script = `
      const socket = connect().pause()
      await once(socket, 'connect')
      socket.write('y'.repeat(30_000))
      await line()`
    const started = start({ program, pieces: [requestFor(inside(script), routed([route]))] })
    expect(await becomes(() => heard.length === 1)).toBe(true)
    started.stdin.end('\n')
    await started.done
    expect((await heard[0]!).toString()).toBe('y'.repeat(30_000))
  })

  test('does not keep the run when the endpoint does not take it', async () => {
    const { route } = await open((socket) => socket.pause())
    const script = `
      const socket = connect()
      await once(socket, 'connect')
      socket.write(Buffer.alloc(100_000_000))
      await line()`
    const started = start({ program, pieces: [requestFor(inside(script), routed([route]))] })
    await started.started
    const relay = relayOf(started)!
    started.stdin.end('\n')
    expect(await started.done).toMatchObject({
      exitCode: 0,
      reports: [{ kind: 'started' }, { kind: 'ended' }],
    })
    expect(existsSync(`/proc/${relay}`)).toBe(false)
  })
})
