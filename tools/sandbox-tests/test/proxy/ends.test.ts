import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  descendantsOf,
  describeForUsers,
  follow,
  makeDirectory,
  runProgram,
  stagedNode,
  stagedProgram,
  startWithLibrary,
  survivorsOf,
  until,
  userEnvironment,
  type Modules,
  type StartedProgram,
  type TestUser,
} from '../../support/index.ts'
import { helperWords, nodeCommand, READ_ONLY, startHelper, urlOf, type HelperRun } from './commands.ts'
import { pidNamed } from './plumbing.ts'
import { answering, silent, startUpstream, type Upstream } from './upstream.ts'

/** Time within which no connection of a dead sandbox may be open. Lived through in about a hundredth of it. */
const END_WITHIN_MS = 1000

/** A command with one connection that has said something, and one that has not. */
const HOLD = nodeCommand(`
  const socket = connect('HTTP_PROXY')
  socket.write('words')
  await once(connect('HTTP_PROXY'), 'connect')
  console.log('holds')
  await new Promise(() => setInterval(() => undefined, 1000))`)

interface Held {
  readonly program: StartedProgram
  /** Whether each of the two connections is over where they end. */
  readonly areOver: () => boolean
  readonly areThere: () => boolean
}

function heldAt(program: StartedProgram, { streams }: Upstream): Held {
  return {
    program,
    areThere: () => streams.length === 2 && streams.some(({ said }) => said() === 'words'),
    areOver: () => streams.every(({ isOver }) => isOver()),
  }
}

async function holdByHelper(user: TestUser, run: Partial<HelperRun> = {}): Promise<Held> {
  const upstream = await startUpstream(silent)
  const env = { HTTP_PROXY: urlOf(upstream.port) }
  return heldAt(startHelper(user, { ...run, env, command: HOLD }), upstream)
}

/** A program that is the helper when it is called by that name. */
function multitool(user: TestUser): string {
  const helper = join(makeDirectory(user), 'codex-linux-sandbox')
  symlinkSync(stagedProgram('linux-sandbox'), helper)
  return helper
}

/** The upstream is beyond a handler of the process that is killed, as that of a proxy in it would be. */
async function holdByLibrary(user: TestUser, isInProcess: boolean): Promise<Held> {
  const upstream = await startUpstream(silent)
  const input = { profile: READ_ONLY, command: HOLD, port: upstream.port, isInProcess }
  const child = startWithLibrary(user, input, async ({ lib, net }, { profile, command, port, ...given }) => {
    const http = given.isInProcess
      ? (socket: import('node:net').Socket) => void socket.pipe(net.connect(port, '127.0.0.1'))
      : `http://127.0.0.1:${port}`
    const sandbox = await lib.Sandbox.create({ profile, proxy: { http } })
    const [program, ...args] = command
    await sandbox.run(program!, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  })
  return heldAt(follow(child), upstream)
}

const CALLERS = [
  { caller: 'the helper', hold: (user: TestUser) => holdByHelper(user) },
  {
    caller: 'the helper with the whole disk',
    hold: (user: TestUser) => holdByHelper(user, { profile: { type: 'disabled' } }),
  },
  {
    caller: 'a multitool',
    hold: (user: TestUser) => holdByHelper(user, { helper: [stagedNode(), multitool(user)] }),
  },
  { caller: 'the library', hold: (user: TestUser) => holdByLibrary(user, false) },
  { caller: 'the library with a handler', hold: (user: TestUser) => holdByLibrary(user, true) },
]

/** `comm` has 15 bytes. @see proc_pid_comm(5) */
const VICTIMS = [
  { victim: 'the caller', pidOf: (caller: number) => caller },
  { victim: 'supervise', pidOf: (caller: number) => pidNamed(caller, 'linux-sandbox-n') },
  { victim: 'enter', pidOf: (caller: number) => pidNamed(caller, 'sandbox-enter') },
]

describeForUsers('proxied connections', [], (user) => {
  test.each(CALLERS.flatMap((caller) => VICTIMS.map((victim) => ({ ...caller, ...victim }))))(
    'end when $victim is killed, under $caller',
    async ({ hold, pidOf }) => {
      const { program, areThere, areOver } = await hold(user)
      await program.wrote('holds')
      await until(areThere)
      expect(areOver()).toBe(false)
      const marks = descendantsOf(program.pid)
      process.kill(pidOf(program.pid), 'SIGKILL')
      await until(areOver, END_WITHIN_MS)
      await until(() => survivorsOf(marks).length === 0)
    },
  )

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('end when the helper gets %s', async (signal) => {
    const { program, areThere, areOver } = await holdByHelper(user)
    await program.wrote('holds')
    await until(areThere)
    program.child.kill(signal)
    expect(await program.ended).toMatchObject({ signal })
    await until(areOver, END_WITHIN_MS)
  })

  test('end when the run is aborted', async () => {
    const upstream = await startUpstream(silent)
    const input = { profile: READ_ONLY, command: HOLD, port: upstream.port }
    const child = startWithLibrary(user, input, async ({ lib, attempt }, { profile, command, port }) => {
      const controller = new AbortController()
      process.once('SIGUSR2', () => controller.abort())
      const sandbox = await lib.Sandbox.create({ profile, proxy: { http: `http://127.0.0.1:${port}` } })
      const [program, ...args] = command
      const { signal } = controller
      const { error } = await attempt(() =>
        sandbox.run(program!, args, { stdio: ['ignore', 'inherit', 'inherit'], signal }),
      )
      console.log(error?.name)
    })
    const { program, areThere, areOver } = heldAt(follow(child), upstream)
    await program.wrote('holds')
    await until(areThere)
    expect(areOver()).toBe(false)
    program.child.kill('SIGUSR2')
    await program.wrote('AbortError')
    await until(areOver, END_WITHIN_MS)
  })
})

describeForUsers('a proxied command', [], (user) => {
  const script = `
    const socket = connect('HTTP_PROXY')
    socket.write('GET / HTTP/1.1\\r\\n\\r\\n')
    process.exitCode = (await whole(socket)).endsWith('there') ? 7 : 8; process.exit()`

  test.each(['0<&-', '1>&-', '2>&-', '0<&- 1>&-', '0<&- 1>&- 2>&-'])(
    'has its proxies when it is started with %s',
    async (closed) => {
      const upstream = await startUpstream(answering('there'))
      const [program, args] = helperWords({ command: nodeCommand(script) })
      const env = { ...userEnvironment(), HTTP_PROXY: urlOf(upstream.port) }
      const words = ['-c', `exec "$@" ${closed}`, 'sh', program, ...args]
      const end = await runProgram(user, 'sh', words, { env })
      expect(end).toMatchObject({ exitCode: 7, stderr: '' })
      expect(upstream.streams).toHaveLength(1)
    },
  )

  test('does not keep its output open after its end, whatever still flows', async () => {
    const upstream = await startUpstream((socket) => {
      // More than all buffers together, to a client that is gone.
      socket.write(Buffer.alloc(64 << 20))
    })
    const command = nodeCommand(`
      const socket = connect('HTTP_PROXY')
      await once(socket, 'readable')
      console.log('has begun')`)
    const program = startHelper(user, { env: { HTTP_PROXY: urlOf(upstream.port) }, command })
    // `ended` waits for the end of both pipes.
    expect(await program.ended).toMatchObject({ exitCode: 0, stdout: 'has begun\n', stderr: '' })
    await until(() => upstream.streams.every(({ isOver }) => isOver()), END_WITHIN_MS)
  })

  test('keeps its proxies when its whole process group is signalled, as by a terminal', async () => {
    const upstream = await startUpstream(answering('there'))
    const command = nodeCommand(`
      const held = connect('HTTP_PROXY')
      process.on('SIGINT', async () => {
        held.write('GET / HTTP/1.1\\r\\n\\r\\n')
        console.log((await whole(held)).slice(-5))
        process.exit(3)
      })
      await once(held, 'connect')
      console.log('waits')
      await line()`)
    const input = { profile: READ_ONLY, command, port: upstream.port }
    const act = async (
      { lib }: Modules,
      { profile, command: [program, ...args], port }: typeof input,
    ): Promise<void> => {
      process.on('SIGINT', () => undefined)
      const sandbox = await lib.Sandbox.create({ profile, proxy: { http: `http://127.0.0.1:${port}` } })
      const child = sandbox.spawn(program, args, { stdio: ['pipe', 'inherit', 'inherit'] })
      child.once('exit', (status) => console.log(`ended with ${status}`))
    }
    const program = follow(startWithLibrary(user, input, act, { detached: true }))
    await program.wrote('waits')
    await until(() => upstream.streams.length === 1)
    process.kill(-program.pid, 'SIGINT')
    await program.wrote('there\nended with 3\n')
  })
})
