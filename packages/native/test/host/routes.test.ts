import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import type { Duplex } from 'node:stream'
import { afterAll, describe, expect, test } from 'vitest'
import type { Route } from '../../src/index.js'
import { inside, openEndpoint, PORT, relayOf, routed, wholeOf } from './endpoints.js'
import { openWorkshop, reasonToSkip, USERS } from './host.js'
import { becomes, childrenOf, pidsWith } from './processes.js'
import { bwrapArgv, requestFor, run, start, type RequestParts, type Run } from './run.js'

const workshop = openWorkshop()
afterAll(workshop.remove)
const { program } = workshop

/** The number behind the control socket. */
const BEHIND = 4

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** As one end of Node's \`ipc\` channel sends a handle, and the other says that it has it. */
function overIpc(name: string): Route {
  const message = JSON.stringify({ cmd: 'NODE_HANDLE', type: 'net.Native', msg: name })
  return {
    kind: 'descriptor',
    descriptor: BEHIND,
    offer: bytes(`${message}\n`),
    answer: bytes('{"cmd":"NODE_HANDLE_ACK"}\n'),
  }
}

const RAW: Route = { kind: 'descriptor', descriptor: BEHIND, offer: bytes('offer'), answer: bytes('yes') }

/** Answers every connection with the name that came with the listener. */
function serveHandles(child: ChildProcess): Server[] {
  const servers: Server[] = []
  child.on('message', (name: string, handle) => {
    const server = createServer((socket) => socket.on('error', () => {}).end(name))
    servers.push(server.listen(handle as Server))
  })
  return servers
}

describe.skipIf(reasonToSkip()).each(USERS)('a listener that is passed on, as $name', (user) => {
  test('is served by Node itself, without a relay', async () => {
    const script = `
      const texts = await Promise.all([${PORT}, ${PORT + 1}, ${PORT}].map((port) => whole(connect(port))))
      console.log(texts.join())
      await line()`
    const pieces = [requestFor(inside(script), routed([overIpc('one'), overIpc('two')]))]
    const started = start({ program, user, pieces, behind: ['ipc'] })
    const servers = serveHandles(started.child)
    const disconnected = once(started.child, 'disconnect')
    await started.said('one,two,one')
    await disconnected
    expect(relayOf(started)).toBe(undefined)
    expect(servers).toHaveLength(2)
    started.stdin.end('\n')
    expect(await started.done).toMatchObject({ exitCode: 0 })
    for (const server of servers) server.close()
  })

  test('can be one of several, of which others have the relay', async () => {
    const endpoint = await openEndpoint((socket) => socket.end('relayed'))
    const script = `console.log((await Promise.all([${PORT}, ${PORT + 1}].map((port) => whole(connect(port))))).join())`
    const pieces = [requestFor(inside(script), routed([endpoint.route, overIpc('node')]))]
    const started = start({ program, user, pieces, behind: ['ipc'] })
    const servers = serveHandles(started.child)
    expect((await started.done).stdout.toString()).toBe('relayed,node\n')
    for (const server of servers) server.close()
    await endpoint.close()
  })

  test('is offered once the second launcher works', async () => {
    const parts = routed([overIpc('second')], {
      launcherArgv: ['bwrap', '--no-such-option'],
      fallbackArgv: bwrapArgv(),
    })
    const pieces = [requestFor(inside('console.log(String(await whole(connect())))'), parts)]
    const started = start({ program, user, pieces, behind: ['ipc'] })
    const servers = serveHandles(started.child)
    expect(await started.done).toMatchObject({ stdout: Buffer.from('second\n'), exitCode: 0 })
    for (const server of servers) server.close()
  })
})

describe.skipIf(reasonToSkip())('whether the other end takes a listener', () => {
  const offer = (routes: readonly Route[] = [RAW]): { started: Run; socket: Duplex } => {
    const pieces = [requestFor(['echo', 'started'], routed(routes))]
    const started = start({ program, pieces, behind: ['pipe'] })
    return { started, socket: started.child.stdio[BEHIND] as Duplex }
  }
  const REFUSED = {
    exitCode: 125,
    stdout: Buffer.alloc(0),
    reports: [{ kind: 'failed', attempt: 'first', step: 'routes', errno: 111 }],
  }

  test('it does with the right answer, also byte by byte', async () => {
    const { started, socket } = offer()
    const [offered] = (await once(socket, 'data')) as [Buffer]
    expect(offered.toString()).toBe('offer')
    for (const byte of 'yes') socket.write(byte)
    expect(await started.done).toMatchObject({ exitCode: 0, stdout: Buffer.from('started\n') })
  })

  test('the second one is offered when the first was taken', async () => {
    const { started, socket } = offer([RAW, RAW])
    expect(String((await once(socket, 'data'))[0])).toBe('offer')
    socket.write('yes')
    expect(String((await once(socket, 'data'))[0])).toBe('offer')
    socket.write('yes')
    expect(await started.done).toMatchObject({ exitCode: 0 })
  })

  test.each([
    { why: 'another answer', answer: (socket: Duplex) => socket.write('yet') },
    { why: 'half an answer', answer: (socket: Duplex) => socket.end('ye') },
    { why: 'no answer', answer: (socket: Duplex) => socket.end() },
  ])('it does not with $why', async ({ answer }) => {
    const { started, socket } = offer()
    await once(socket, 'data')
    answer(socket)
    expect(await started.done).toMatchObject(REFUSED)
  })

  test('it does not when it is gone before', async () => {
    const { started, socket } = offer()
    socket.destroy()
    expect(await started.done).toMatchObject({ exitCode: 125, reports: [{ step: 'routes' }] })
  })

  test('a signal ends the waiting', async () => {
    const { started, socket } = offer()
    await once(socket, 'data')
    started.child.kill('SIGTERM')
    expect(await started.done).toMatchObject({
      signal: 'SIGTERM',
      reports: [{ step: 'interrupted', errno: 15 }],
    })
  })

  test('the death of the sandbox ends the waiting', async () => {
    const { started, socket } = offer()
    await once(socket, 'data')
    const [launcher] = childrenOf(started.child.pid!)
    process.kill(childrenOf(launcher!)[0]!, 'SIGKILL')
    expect(await started.done).toMatchObject({ exitCode: 125, reports: [{ step: 'entered', errno: 0 }] })
  })

  test('the death of the caller ends the waiting', async () => {
    const request = Buffer.from(requestFor(['true'], routed([RAW]))).toString('base64')
    const caller = spawn(process.execPath, ['-e', CALLER, program, request], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    expect(String((await once(caller.stdout, 'data'))[0])).toBe('offer\n')
    expect(pidsWith(program).length).toBeGreaterThan(0)
    caller.kill('SIGKILL')
    expect(await becomes(() => pidsWith(program).length === 0)).toBe(true)
  })
})

const CALLER = `
const { spawn } = require('node:child_process')
const [program, request] = process.argv.slice(1)
const stdio = ['ignore', 'ignore', 'ignore', 'pipe', 'pipe']
const child = spawn(program, ['supervise', '3', '3', String(process.pid)], { env: {}, stdio, detached: true })
child.stdio[4].on('data', (bytes) => console.log(String(bytes)))
child.stdio[3].write(Buffer.from(request, 'base64'))
`

describe.skipIf(reasonToSkip())('a listener that cannot be had', () => {
  const SHARED = bwrapArgv().filter((word) => word !== '--unshare-net')

  test.each([
    { why: 'in the network of the host', parts: { launcherArgv: SHARED }, errno: 98 },
    { why: 'in a network of its own', parts: {}, errno: undefined },
  ])('a port that the host uses, $why', async ({ parts, errno }) => {
    const endpoint = await openEndpoint((socket) => void wholeOf(socket))
    const request: RequestParts = {
      ...parts,
      routes: [endpoint.route],
      enter: { listeners: [endpoint.port] },
    }
    const outcome = await run({ program }, ['echo', 'started'], request)
    const failed = { exitCode: 125, reports: [{ kind: 'failed', step: 'listeners', errno }] }
    expect(outcome).toMatchObject(errno === undefined ? { exitCode: 0 } : failed)
    expect(outcome.stdout.toString()).toBe(errno === undefined ? 'started\n' : '')
    await endpoint.close()
  })

  test('too few descriptors for what arrives', async () => {
    const endpoint = await openEndpoint(() => {})
    const routes = Array.from({ length: 16 }, () => endpoint.route)
    const limited = (count: number) =>
      start({
        program: '/bin/sh',
        prefix: ['-c', `ulimit -n ${count}; exec "$0" "$@"`, program],
        pieces: [requestFor(['true'], routed(routes))],
      })
    const reports = await Promise.all(
      [limited(20), limited(200)].map(async ({ done }) => (await done).reports),
    )
    expect(reports).toMatchObject([
      [{ kind: 'failed', step: 'listeners', errno: 24 }],
      [{}, { kind: 'ended', exitCode: 0 }],
    ])
    await endpoint.close()
  })

  test('one of no other user and no other sandbox', async () => {
    const endpoint = await openEndpoint((socket) => socket.end('here'))
    const script = `console.log(String(await whole(connect()))); await line()`
    const started = start({ program, pieces: [requestFor(inside(script), routed([endpoint.route]))] })
    await started.said('here')
    const outside = `console.log(await connect().failure)`
    expect((await run({ program }, inside(outside))).stdout.toString()).toBe('ECONNREFUSED\n')
    const host = spawn(inside(outside)[0]!, inside(outside).slice(1), { stdio: ['pipe', 'pipe', 'inherit'] })
    expect(String((await once(host.stdout, 'data'))[0])).toBe('ECONNREFUSED\n')
    started.stdin.end('\n')
    await started.done
    await endpoint.close()
  })
})
