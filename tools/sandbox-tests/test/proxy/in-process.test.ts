import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { describeForUsers, until, withLibrary } from '../../support/index.ts'
import { nodeCommand, READ_ONLY } from './commands.ts'
import { pidsNamed } from './plumbing.ts'

/** What a command says to the proxy, and what it hears. */
const TALK = nodeCommand(`
  const socket = connect('HTTP_PROXY')
  socket.end('GET http://service.example/ HTTP/1.1\\r\\nHost: service.example\\r\\nConnection: close\\r\\n\\r\\n')
  const answer = await whole(socket)
  console.log(process.env.HTTP_PROXY, process.env.all_proxy, answer.split('\\r\\n\\r\\n')[1])`)

describeForUsers('a proxy in the process of the caller', [], (user) => {
  test.each([
    { kind: 'a function', heard: 'function' },
    { kind: 'a server of node:net', heard: 'server' },
    { kind: 'a server of node:http', heard: 'http://service.example/' },
  ] as const)('can be $kind, which need not listen', async ({ kind, heard }) => {
    const input = { profile: READ_ONLY, command: TALK, kind }
    const seen = await withLibrary(
      user,
      input,
      async ({ lib, net, http }, { profile, command, ...given }) => {
        const answer = (text: string) => (socket: Socket) =>
          void socket.resume().once('end', () => socket.end(`x\r\n\r\n${text}`))
        const targets = {
          'a function': answer('function'),
          'a server of node:net': net.createServer({ allowHalfOpen: true }, answer('server')),
          'a server of node:http': http.createServer(({ url }, response) => {
            response.setHeader('content-length', url!.length)
            response.end(url)
          }),
        }
        const target = targets[given.kind]
        const sandbox = await lib.Sandbox.create({ profile, proxy: { http: target } })
        const [program, ...args] = command
        const { stdout, exitCode, enforced } = await sandbox.run(program!, args, {})
        return { stdout, exitCode, network: enforced.network }
      },
    )
    const url = 'http://127.0.0.1:3128'
    expect(seen).toEqual({ stdout: `${url} ${url} ${heard}\n`, exitCode: 0, network: 'private' })
  })

  test('can be the same for several commands at once, for HTTP and for SOCKS, with no process between', async () => {
    const script = `
      const socket = connect(process.argv[1])
      socket.end(process.argv[2])
      console.log(await whole(socket), new URL(process.env.ALL_PROXY).port)`
    const input = { profile: READ_ONLY, command: nodeCommand(script) }
    const seen = await withLibrary(user, input, async ({ lib, net, fs }, { profile, command }) => {
      /** Nothing of a process that has ended. */
      const read = (path: string): string => {
        try {
          return fs.readFileSync(path, 'utf8').trim()
        } catch {
          return ''
        }
      }
      const namesBelow = (pid: number): string[] =>
        read(`/proc/${pid}/task/${pid}/children`)
          .split(' ')
          .filter(Boolean)
          .flatMap((child) => [read(`/proc/${child}/comm`), ...namesBelow(Number(child))])
      const names: string[] = []
      const server = net.createServer({ allowHalfOpen: true }, (socket) => {
        names.push(...namesBelow(process.pid))
        socket.on('data', (chunk) => socket.write(`to both: ${String(chunk)}`)).on('end', () => socket.end())
      })
      const socks = (socket: Socket) => void socket.resume().end('to SOCKS')
      const shared = await lib.Sandbox.create({ profile, proxy: { http: server, socks: server } })
      const other = await lib.Sandbox.create({ profile, proxy: { http: server, socks } })
      const [program, ...args] = command
      const run = async (sandbox: typeof shared, ...words: string[]) =>
        (await sandbox.run(program!, [...args, ...words])).stdout
      const outputs = await Promise.all([
        ...Array.from({ length: 4 }, (_, index) => run(shared, 'HTTP_PROXY', `a${index}`)),
        run(shared, 'ALL_PROXY', 'b'),
        run(other, 'HTTP_PROXY', 'c'),
        run(other, 'ALL_PROXY', 'd'),
      ])
      return { outputs, names: [...new Set(names)] }
    })
    expect(seen.outputs).toEqual([
      ...[0, 1, 2, 3].map((index) => `to both: a${index} 3128\n`),
      'to both: b 3128\n',
      'to both: c 1080\n',
      'to SOCKS 1080\n',
    ])
    expect(seen.names).toContain('sandbox-enter')
    expect(seen.names).not.toContain('sandbox-relay')
  })

  test('hears the end of one way, and answers on the other', async () => {
    const script = `
      const socket = connect('HTTP_PROXY')
      socket.write('question')
      await once(socket, 'readable')
      const early = String(socket.read())
      socket.end(' and more')
      console.log(early, await whole(socket))`
    const input = { profile: READ_ONLY, command: nodeCommand(script) }
    const stdout = await withLibrary(user, input, async ({ lib }, { profile, command }) => {
      const http = (socket: Socket): void => {
        let heard = ''
        socket.once('data', () => socket.write('early'))
        socket.on('data', (chunk) => (heard += String(chunk)))
        socket.on('end', () => setTimeout(() => socket.end(`late: ${heard}`), 50))
      }
      const sandbox = await lib.Sandbox.create({ profile, proxy: { http } })
      const [program, ...args] = command
      return (await sandbox.run(program!, args)).stdout
    })
    expect(stdout).toBe('early late: question and more\n')
  })

  test.each([
    { allowHalfOpen: false, heard: 'ends' },
    { allowHalfOpen: true, heard: 'stays' },
  ])(
    'ends connections as its server would: allowHalfOpen $allowHalfOpen',
    async ({ allowHalfOpen, heard }) => {
      const script = `
      const socket = connect('HTTP_PROXY')
      const ended = once(socket, 'end').then(() => 'ends')
      socket.resume().end('words')
      // The server says so in a second connection.
      const stays = whole(connect('HTTP_PROXY')).then(() => 'stays')
      console.log(await Promise.race([ended, stays]))`
      const input = { profile: READ_ONLY, command: nodeCommand(script), allowHalfOpen }
      const stdout = await withLibrary(user, input, async ({ lib, net }, { profile, command, ...given }) => {
        const sockets: Socket[] = []
        const http = net.createServer({ allowHalfOpen: given.allowHalfOpen }, (socket) => {
          sockets.push(socket.resume())
          socket.once('end', () => setTimeout(() => sockets[1]?.end(), given.allowHalfOpen ? 100 : 2000))
        })
        const sandbox = await lib.Sandbox.create({ profile, proxy: { http } })
        const [program, ...args] = command
        return (await sandbox.run(program!, args)).stdout
      })
      expect(stdout).toBe(`${heard}\n`)
    },
  )

  test.each(['a function', 'a server'])('outlives connections that a command resets: %s', async (kind) => {
    const script = `
      const socket = connect('HTTP_PROXY')
      await once(socket.resume(), 'data')
      socket.resetAndDestroy()
      console.log(await whole(connect('HTTP_PROXY')))`
    const input = { profile: READ_ONLY, command: nodeCommand(script), kind }
    const seen = await withLibrary(user, input, async ({ lib, net }, { profile, command, ...given }) => {
      let reset = 0
      // It listens for no error, as if nobody could cause one.
      const take = (socket: Socket): void => {
        if (reset++ > 0) socket.end('still there')
        else setInterval(() => socket.write('more'), 1).unref()
      }
      const http = given.kind === 'a function' ? take : net.createServer(take)
      const sandbox = await lib.Sandbox.create({ profile, proxy: { http } })
      const [program, ...args] = command
      return (await sandbox.run(program!, args)).stdout
    })
    expect(seen).toBe('still there\n')
  })

  test('takes 200 connections at once', async () => {
    const script = `
      const sockets = Array.from({ length: 200 }, () => connect('HTTP_PROXY'))
      const answers = await Promise.all(sockets.map((socket, index) => { socket.write(String(index)); return whole(socket) }))
      console.log(answers.every((answer, index) => answer === 'number ' + index))`
    const input = { profile: READ_ONLY, command: nodeCommand(script) }
    const seen = await withLibrary(user, input, async ({ lib }, { profile, command }) => {
      const waiting: (() => void)[] = []
      const http = (socket: Socket): void => {
        socket.once('data', (chunk) => {
          waiting.push(() => socket.end(`number ${String(chunk)}`))
          // None is answered before all have been heard.
          if (waiting.length === 200) for (const answer of waiting) answer()
        })
      }
      const sandbox = await lib.Sandbox.create({ profile, proxy: { http } })
      const [program, ...args] = command
      return { stdout: (await sandbox.run(program!, args)).stdout, count: waiting.length }
    })
    expect(seen).toEqual({ stdout: 'true\n', count: 200 })
  })
})

describeForUsers('a child with a proxy in the process of the caller', [], (user) => {
  test.each([
    { title: 'a status', script: 'echo out; exit 3', end: { exitCode: 3, signal: null, stdout: 'out\n' } },
    { title: 'a signal', script: 'kill -9 $$', end: { exitCode: null, signal: 'SIGKILL', stdout: '' } },
  ])('has the same events as without, in the same order, for $title', async ({ script, end }) => {
    const seen = await withLibrary(user, { profile: READ_ONLY, script }, async ({ lib, endOf }, input) => {
      const { profile } = input
      const all: object[] = []
      for (const proxy of [undefined, { http: () => undefined }]) {
        const sandbox = await lib.Sandbox.create({ profile, ...(proxy === undefined ? {} : { proxy }) })
        const child = sandbox.spawn('sh', ['-c', input.script])
        const events: string[] = []
        for (const name of ['spawn', 'message', 'disconnect', 'exit', 'close', 'error'])
          child.on(name, () => events.push(name))
        const { exitCode, signal, stdout } = await endOf(child)
        const slots = child.stdio.length
        all.push({ exitCode, signal, stdout, events, connected: child.connected, slots })
      }
      return all
    })
    expect(seen[1]).toMatchObject({ ...end, events: ['spawn', 'exit', 'close'], slots: 3, connected: false })
    expect({ ...seen[0], connected: false }).toEqual(seen[1])
  })

  test('does not keep its caller alive when it is unreferenced, and does otherwise', async () => {
    const answer = (isUnreferenced: boolean) =>
      withLibrary(user, { profile: READ_ONLY, isUnreferenced }, async ({ lib, fs }, input) => {
        const sandbox = await lib.Sandbox.create({ profile: input.profile, proxy: { http: () => undefined } })
        const child = sandbox.spawn('sleep', ['2'], { stdio: 'ignore' })
        let hasExited = false
        child.once('exit', () => (hasExited = true))
        if (input.isUnreferenced) child.unref()
        process.once('exit', () => fs.writeSync(3, JSON.stringify({ hasExited })))
        return await new Promise<{ hasExited: boolean }>(() => undefined)
      })
    expect(await answer(true)).toEqual({ hasExited: false })
    expect(await answer(false)).toEqual({ hasExited: true })
  })

  test('leaves nothing open when it could not be started', async () => {
    const seen = await withLibrary(user, { profile: READ_ONLY }, async ({ lib, attempt }, { profile }) => {
      const sandbox = await lib.Sandbox.create({ profile, proxy: { http: () => undefined } })
      const { error } = await attempt(() => sandbox.run('no-such-command'))
      return error?.code
    })
    expect(seen).toBe('COMMAND_NOT_FOUND')
    await until(() => pidsNamed(process.pid, 'sandbox-enter').length === 0)
  })
})
