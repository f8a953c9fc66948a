import { once } from 'node:events'
import { join } from 'node:path'
import type { ListenOptions, Socket } from 'node:net'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import type { Route } from '../../src/index.js'
import { inside, openEndpoint, PORT, relayOf, routed, wholeOf, type Endpoint } from './endpoints.js'
import { openWorkshop, reasonToSkip, USERS } from './host.js'
import { becomes } from './processes.js'
import { bwrapArgv, requestFor, run, start, type RequestParts } from './run.js'

const workshop = openWorkshop()
afterAll(workshop.remove)
const { program, directory } = workshop

const opened: Endpoint[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ close }) => close()))
})

async function open(onConnection: (socket: Socket) => void, where?: ListenOptions): Promise<Endpoint> {
  const endpoint = await openEndpoint(onConnection, where)
  opened.push(endpoint)
  return endpoint
}

const echo = (socket: Socket): unknown => socket.pipe(socket)

describe.skipIf(reasonToSkip()).each(USERS)('the relay, as $name', (user) => {
  const textOf = async (script: string, routes: readonly Route[], parts: RequestParts = {}) => {
    const { stdout, stderr } = await run({ program, user }, inside(script), routed(routes, parts))
    expect(stderr.toString()).toBe('')
    return stdout.toString()
  }
  const socketPath = (name: string) => join(directory, `${name}-${user.uid ?? 'self'}`)

  test.each([
    { kind: 'TCP', where: () => ({ host: '127.0.0.1' }) },
    { kind: 'another loopback address', where: () => ({ host: '127.9.8.7' }) },
    { kind: 'IPv6', where: () => ({ host: '::1' }) },
    { kind: 'Unix', where: () => ({ path: socketPath('echo'), readableAll: true, writableAll: true }) },
  ])('carries 5 MB to an endpoint and back: $kind', async ({ where }) => {
    const { route } = await open(echo, where())
    const script = `
      const bytes = require('node:crypto').randomBytes(5_000_000)
      const socket = connect()
      socket.end(bytes)
      console.log((await whole(socket)).equals(bytes))`
    expect(await textOf(script, [route])).toBe('true\n')
  })

  test('passes on an end of the client, and the answer to it', async () => {
    const { route } = await open((socket) => {
      void wholeOf(socket).then((bytes) => socket.end(`${bytes.length} bytes`))
    })
    const script = `const socket = connect(); socket.end('x'.repeat(70_000)); console.log(String(await whole(socket)))`
    expect(await textOf(script, [route])).toBe('70000 bytes\n')
  })

  test('passes on an end of the endpoint, and what the client says after it', async () => {
    let heard: Promise<Buffer> | undefined
    const { route } = await open((socket) => {
      socket.end('that is all')
      heard = wholeOf(socket)
    })
    const script = `
      const socket = connect()
      console.log(String(await whole(socket)))
      socket.end('y'.repeat(300_000))
      await once(socket, 'finish')`
    expect(await textOf(script, [route])).toBe('that is all\n')
    expect((await heard!).toString()).toBe('y'.repeat(300_000))
  })

  test('leads each port to its own endpoint, also of another sandbox', async () => {
    const servers = await Promise.all(['a', 'b', 'c'].map((name) => open((socket) => socket.end(name))))
    const [a, b, c] = servers.map(({ route }) => route)
    const script = `for (const port of [${PORT}, ${PORT + 1}]) process.stdout.write(await whole(connect(port)))`
    const texts = [textOf(script, [a!, b!]), textOf(script, [b!, c!]), textOf(script, [c!, a!])]
    expect(await Promise.all(texts)).toEqual(['ab', 'bc', 'ca'])
  })

  test('says the preface first, to each endpoint on each connection', async () => {
    const servers = await Promise.all([1, 2].map(() => open(echo)))
    const preface = Buffer.alloc(1024, 'token ')
    const script = `
      const parts = [${PORT}, ${PORT + 1}, ${PORT}].map((port) => {
        const socket = connect(port)
        socket.end('hello')
        return whole(socket)
      })
      console.log((await Promise.all(parts)).map((part) => part.length + String(part).slice(-5)).join())`
    const routes = servers.map(({ route }) => route)
    expect(await textOf(script, routes, { preface })).toBe('1029hello,1029hello,1029hello\n')
    const silent = await open((socket) => socket.once('data', (bytes) => socket.end(bytes.length.toString())))
    const wait = `console.log(String(await whole(connect())))`
    expect(await textOf(wait, [silent.route], { preface })).toBe('1024\n')
  })

  test('does not need the launcher that was tried first', async () => {
    const { route } = await open((socket) => socket.end('here'))
    const parts = { launcherArgv: ['bwrap', '--no-such-option'], fallbackArgv: bwrapArgv() }
    expect(await textOf('console.log(String(await whole(connect())))', [route], parts)).toBe('here\n')
  })
})

describe.skipIf(reasonToSkip())('what does not end well', () => {
  const codeOf = async (script: string, routes: readonly Route[]) => {
    const { stdout, stderr } = await run({ program }, inside(script), routed(routes))
    expect(stderr.toString()).toBe('')
    return stdout.toString()
  }
  const FAILURE = 'console.log(await connect().failure)'

  test.each([
    { why: 'a port that nobody listens on', route: async (): Promise<Route> => (await closed()).route },
    {
      why: 'a path that is not there',
      route: (): Promise<Route> => Promise.resolve({ kind: 'unix', path: join(directory, 'missing') }),
    },
  ])('a client of $why is reset', async ({ route }) => {
    expect(await codeOf(FAILURE, [await route()])).toBe('ECONNRESET\n')
  })

  async function closed(): Promise<Endpoint> {
    const endpoint = await openEndpoint(() => {})
    await endpoint.close()
    return endpoint
  }

  test('a reset by the endpoint reaches the client, behind what came before', async () => {
    const { route } = await open((socket) => {
      socket.write('z'.repeat(50_000), () => socket.once('data', () => socket.resetAndDestroy()))
    })
    const script = `
      const socket = connect()
      let length = 0
      socket.on('data', (chunk) => { if ((length += chunk.length) === 50_000) socket.write('go') })
      console.log(await socket.failure, length)`
    expect(await codeOf(script, [route])).toBe('ECONNRESET 50000\n')
  })

  test('a reset by the client reaches the endpoint', async () => {
    const codes: Promise<string>[] = []
    const { route } = await open((socket) => {
      codes.push(
        new Promise((resolve) =>
          socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code!)),
        ),
      )
      socket.resume().write('ready')
    })
    const script = `
      const socket = connect()
      await once(socket, 'data')
      socket.resetAndDestroy()
      await socket.over
      await line()`
    const started = start({ program, pieces: [requestFor(inside(script), routed([route]))] })
    expect(await becomes(() => codes.length === 1)).toBe(true)
    expect(await codes[0]).toBe('ECONNRESET')
    started.stdin.end('end\n')
    await started.done
  })

  test('an endpoint that dies and comes back is there again', async () => {
    const first = await openEndpoint((socket) => socket.end('first'))
    const script = `
      const tell = async (text) => { console.log(text); await line() }
      const say = (socket) => whole(socket).then(String, ({ code }) => code)
      await tell(await say(connect()))
      await tell(await say(connect()))
      await tell(await say(connect()))`
    const started = start({ program, pieces: [requestFor(inside(script), routed([first.route]))] })
    await started.said('first\n')
    await first.close()
    started.stdin.write('\n')
    await started.said('ECONNRESET\n')
    await open((socket) => socket.end('second'), { host: '127.0.0.1', port: first.port })
    started.stdin.write('\n')
    await started.said('second\n')
    started.stdin.end('\n')
    expect(await started.done).toMatchObject({ exitCode: 0 })
  })

  test('a relay that is killed takes its connections along, and the command goes on', async () => {
    const { route, sockets } = await open(() => {})
    const script = `
      const socket = connect()
      await once(socket, 'connect')
      console.log('connected')
      console.log(await socket.failure)
      while (await connect().failure !== 'ECONNREFUSED');
      console.log('refused')
      await line()`
    const started = start({ program, pieces: [requestFor(inside(script), routed([route]))] })
    await started.said('connected\n')
    expect(await becomes(() => sockets.length === 1)).toBe(true)
    const failed = once(sockets[0]!.resume(), 'error')
    process.kill(relayOf(started)!, 'SIGKILL')
    await started.said('ECONNRESET\nrefused\n')
    await failed
    started.stdin.end('\n')
    expect(await started.done).toMatchObject({ exitCode: 0 })
  })
})
