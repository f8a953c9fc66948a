import type { ChildProcess } from 'node:child_process'
import { readOnly } from 'linux-sandbox'
import { expect, test } from 'vitest'
import { ALWAYS_BROKER, NEVER_BROKER } from '../../support/broker.ts'
import { describeForUsers, withLibrary, type Modules, type TestUser } from '../../support/index.ts'

type Act<Output> = (modules: Modules, profile: ReturnType<typeof readOnly>) => Promise<Output>

/** What `act` gives with a broker, and what it gives without. */
async function withAndWithout<Output>(user: TestUser, act: Act<Output>): Promise<[Output, Output]> {
  return await Promise.all([
    withLibrary(user, readOnly(), act, { broker: ALWAYS_BROKER }),
    withLibrary(user, readOnly(), act, { broker: NEVER_BROKER }),
  ])
}

interface Case {
  readonly title: string
  readonly act: Act<unknown>
  readonly expected: unknown
}

// Each runs as text in another process, and so has nothing in common with the others.
const CASES: readonly Case[] = [
  {
    title: 'gives the same events in the same order for an exit status',
    act: async ({ lib }, profile) => {
      const child = (await lib.Sandbox.create({ profile })).spawn('sh', ['-c', 'cat; exit 7'])
      const seen: unknown[] = []
      for (const event of ['spawn', 'exit', 'close', 'error']) {
        child.on(event, (...values) => seen.push([event, ...values]))
      }
      child.stdout?.on('end', () => seen.push('end of stdout'))
      child.stdout?.on('data', (chunk) => seen.push(String(chunk)))
      child.stdin?.end('text')
      await new Promise((resolve) => child.once('close', resolve))
      const { exitCode, signalCode, killed, connected } = child
      const order = seen.filter((event) => event !== 'end of stdout' && !Array.isArray(event))
      return { exitCode, signalCode, killed, connected, order, events: seen.filter(Array.isArray) }
    },
    expected: {
      ...{ exitCode: 7, signalCode: null, killed: false, connected: false, order: ['text'] },
      events: [['spawn'], ['exit', 7, null], ['close', 7, null]],
    },
  },
  {
    title: 'ends by the signal that it is sent, and takes none after that',
    act: async ({ lib }, profile) => {
      const child = (await lib.Sandbox.create({ profile })).spawn('sleep', ['1000'])
      const first = [child.kill(0), child.killed, child.kill('SIGTERM'), child.killed]
      const seen: unknown[] = []
      child.on('exit', (...values) => seen.push(...values, child.kill(), child.kill(0)))
      await new Promise((resolve) => child.once('close', resolve))
      return [...first, ...seen, child.exitCode, child.signalCode, child.kill('SIGKILL')]
    },
    expected: [true, true, true, true, null, 'SIGTERM', false, false, null, 'SIGTERM', false],
  },
  {
    title: 'refuses a signal that does not exist',
    act: async ({ lib }, profile) => {
      const child = (await lib.Sandbox.create({ profile })).spawn('cat')
      const codes = ['SIGNONE', 999, '0'].map((signal) => {
        try {
          return child.kill(signal as NodeJS.Signals)
        } catch (error) {
          return (error as NodeJS.ErrnoException).code
        }
      })
      const lower = child.kill('sigusr1' as NodeJS.Signals)
      child.stdin?.end()
      await new Promise((resolve) => child.once('close', resolve))
      return [...codes, lower]
    },
    expected: ['ERR_UNKNOWN_SIGNAL', 'ERR_UNKNOWN_SIGNAL', 'ERR_UNKNOWN_SIGNAL', true],
  },
  {
    title: 'is a ChildProcess with the same properties',
    act: async ({ lib, childProcess }, profile) => {
      const child = (await lib.Sandbox.create({ profile })).spawn('true', [], {
        stdio: ['ignore', 'pipe', 'ignore', 'ignore', 'pipe'],
      })
      const streams = child.stdio.map((stream) => stream?.constructor.name ?? null)
      const facts = {
        isChild: child instanceof childProcess.ChildProcess,
        pid: typeof child.pid,
        streams,
        own: [child.stdin, child.stdout === child.stdio[1], child.stderr],
        file: child.spawnfile.split('/').at(-1),
        args: child.spawnargs.slice(1).map((word) => (Number(word) === process.pid ? 'own pid' : word)),
        disposes: typeof child[Symbol.dispose],
      }
      await new Promise((resolve) => child.once('close', resolve))
      return facts
    },
    expected: {
      isChild: true,
      pid: 'number',
      streams: [null, 'Socket', null, null, 'Socket'],
      own: [null, true, null],
      file: 'linux-sandbox-native',
      args: ['supervise', '5', '5', 'own pid'],
      disposes: 'function',
    },
  },
  {
    title: 'keeps a writer waiting for a reader, both ways, and loses nothing',
    act: async ({ lib }, profile) => {
      const child = (await lib.Sandbox.create({ profile })).spawn('cat')
      const size = 5_000_000
      const isTaken = child.stdin?.write(Buffer.alloc(size, 'x'))
      await new Promise((resolve) => setTimeout(resolve, 200))
      // Nobody reads, so that most of it is still here.
      const waiting = (child.stdin?.writableLength ?? 0) > size / 2
      child.stdin?.end()
      let count = 0
      child.stdout?.on('data', (chunk: Buffer) => (count += chunk.length))
      await new Promise((resolve) => child.once('close', resolve))
      return { isTaken, waiting, count, exitCode: child.exitCode }
    },
    expected: { isTaken: false, waiting: true, count: 5_000_000, exitCode: 0 },
  },
  {
    title: 'ends one way at a time, and breaks the pipe of who writes on',
    act: async ({ lib, endOf }, profile) => {
      const sandbox = await lib.Sandbox.create({ profile })
      const closes = sandbox.spawn('sh', ['-c', 'exec >&-; cat >&2'])
      const closed = endOf(closes)
      closes.stdout?.once('end', () => closes.stdin?.end('after the end of stdout'))
      const writes = sandbox.spawn('yes')
      writes.stdout?.once('data', () => writes.stdout?.destroy())
      // With SIGPIPE, or with an error where something was left unread.
      const writerEnd = new Promise((resolve) =>
        writes.once('close', (status, signal) => resolve(status === 1 || signal === 'SIGPIPE')),
      )
      const deaf = sandbox.spawn('sh', ['-c', 'exec <&-; echo; sleep 1000'])
      const code = await new Promise((resolve) => {
        deaf.stdin?.once('error', (error: NodeJS.ErrnoException) => resolve(error.code))
        deaf.stdout?.once('data', () => deaf.stdin?.write('x'))
      })
      deaf.kill('SIGKILL')
      return [await closed, await writerEnd, code]
    },
    expected: [{ exitCode: 0, signal: null, stdout: '', stderr: 'after the end of stdout' }, true, 'EPIPE'],
  },
  {
    title: 'runs while this process does something else',
    act: async ({ lib, fs, os }) => {
      const directory = fs.mkdtempSync(`${os.tmpdir()}/broker-test-`)
      const sandbox = await lib.Sandbox.create({
        profile: lib.workspaceWrite({ root: directory }),
        policyCwd: directory,
      })
      const child = sandbox.spawn('touch', [`${directory}/made`])
      const deadline = Date.now() + 20_000
      while (!fs.existsSync(`${directory}/made`) && Date.now() < deadline) continue
      const isMade = fs.existsSync(`${directory}/made`)
      await new Promise((resolve) => child.once('close', resolve))
      fs.rmSync(directory, { recursive: true })
      return isMade
    },
    expected: true,
  },
  {
    title: 'closes though nobody reads',
    act: async ({ lib }, profile) => {
      const child = (await lib.Sandbox.create({ profile })).spawn('echo', ['unread'])
      await new Promise((resolve) => child.once('close', resolve))
      return child.exitCode
    },
    expected: 0,
  },
  {
    title: 'is ended by a signal option, by a timeout, and by both with the signal that was asked for',
    act: async ({ lib }, profile) => {
      const sandbox = await lib.Sandbox.create({ profile })
      const watch = (child: ChildProcess): Promise<unknown> => {
        const seen: unknown[] = []
        child.on('error', ({ name, message, cause, ...error }: NodeJS.ErrnoException) =>
          seen.push([name, message, error.code, cause]),
        )
        return new Promise((resolve) =>
          child.once('close', (...end) => resolve([...seen, ...end, child.killed])),
        )
      }
      const early = new AbortController()
      early.abort('a reason')
      const later = new AbortController()
      setTimeout(() => later.abort('later'), 100)
      const late = new AbortController()
      const done = sandbox.spawn('true', [], { signal: late.signal, timeout: 10_000 })
      const ended = watch(done)
      await ended
      late.abort()
      return await Promise.all([
        watch(sandbox.spawn('sleep', ['1000'], { signal: early.signal })),
        watch(sandbox.spawn('sleep', ['1000'], { signal: later.signal, killSignal: 'SIGINT' })),
        watch(sandbox.spawn('sleep', ['1000'], { timeout: 100, killSignal: 9 })),
        ended,
      ])
    },
    expected: [
      [['AbortError', 'The operation was aborted', 'ABORT_ERR', 'a reason'], null, 'SIGTERM', true],
      [['AbortError', 'The operation was aborted', 'ABORT_ERR', 'later'], null, 'SIGINT', true],
      [null, 'SIGKILL', true],
      [0, null, false],
    ],
  },
  {
    title: 'is in the process group of its caller, or leads one and a session',
    act: async ({ lib, fs }, profile) => {
      const sandbox = await lib.Sandbox.create({ profile })
      const ids = (pid: number | string): string[] => {
        const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8')
        return stat
          .slice(stat.lastIndexOf(')') + 2)
          .split(' ')
          .slice(2, 4)
      }
      const children = [false, true].map((detached) => sandbox.spawn('cat', [], { detached }))
      const [plain, detached] = children.map(({ pid = 0 }) => ids(pid))
      const own = ids('self')
      const leads = detached?.every((id) => Number(id) === children[1]?.pid)
      for (const child of children) child.stdin?.end()
      await Promise.all(children.map((child) => new Promise((resolve) => child.once('close', resolve))))
      return [plain?.join() === own.join(), leads]
    },
    expected: [true, true],
  },
  {
    title: 'refuses options that mean nothing as Node does',
    act: async ({ lib, attempt }, profile) => {
      const sandbox = await lib.Sandbox.create({ profile })
      const bad = [
        { timeout: -1 },
        { timeout: 1.5 },
        { killSignal: 'NONE' },
        { killSignal: 0 },
        { signal: {} },
      ]
      const seen = []
      for (const options of [...bad, { stdio: ['pipe', 'nope'] }]) {
        const { error } = await attempt(() => {
          sandbox.spawn('true', [], options as object).once('error', () => undefined)
          return 'started'
        })
        seen.push(error?.code)
      }
      return seen
    },
    expected: [
      ...['ERR_OUT_OF_RANGE', 'ERR_OUT_OF_RANGE', 'ERR_UNKNOWN_SIGNAL', 'ERR_UNKNOWN_SIGNAL'],
      ...['ERR_INVALID_ARG_TYPE', 'ERR_INVALID_SYNC_FORK_INPUT'],
    ],
  },
  {
    title: 'gives descriptors, streams and inherited ones to the command, by Node',
    act: async ({ lib, fs, endOf }, profile) => {
      const sandbox = await lib.Sandbox.create({ profile })
      const file = fs.openSync('/etc/hostname', 'r')
      const first = sandbox.spawn('echo', ['through a stream'])
      const [numbered, streamed, inherited] = [
        sandbox.spawn('sh', ['-c', 'test /proc/self/fd/5 -ef /etc/hostname && cat <&5 >&2; echo "$?"'], {
          stdio: ['ignore', 'pipe', 'ignore', 'ignore', 'ignore', file],
        }),
        sandbox.spawn('cat', [], { stdio: [first.stdout, 'pipe', 'pipe'] }),
        sandbox.spawn('true', [], { stdio: 'inherit' }),
      ].map(endOf)
      return [(await numbered)?.stdout, (await streamed)?.stdout, (await inherited)?.exitCode]
    },
    expected: ['0\n', 'through a stream\n', 0],
  },
  {
    title: 'emits a typed error where the command is not there',
    act: async ({ lib, endOf }, profile) => {
      const child = (await lib.Sandbox.create({ profile })).spawn('no-such-program')
      const { error } = await endOf(child)
      return error?.code
    },
    expected: 'COMMAND_NOT_FOUND',
  },
  {
    title: 'collects the same result',
    act: async ({ lib }, profile) => {
      const sandbox = await lib.Sandbox.create({ profile })
      const script = 'cat; echo error >&2; kill -USR1 $$'
      const { durationMs: _durationMs, ...result } = await sandbox.run('sh', ['-c', script], { input: 'in' })
      const { exitCode, signal, timedOut } = await sandbox.run('sleep', ['1000'], { timeoutMs: 100 })
      return [result.stdout, result.stderr, result.signal, exitCode, signal, timedOut]
    },
    expected: ['in', 'error\n', 'SIGUSR1', null, 'SIGTERM', true],
  },
]

describeForUsers('a child that a broker has started', [], (user) => {
  test('is no child of this process, and one that Node has started is', async () => {
    const [parents, own] = await withAndWithout(user, async ({ lib, fs }, profile) => {
      const child = (await lib.Sandbox.create({ profile })).spawn('cat')
      const status = fs.readFileSync(`/proc/${child.pid}/status`, 'utf8')
      child.stdin?.end()
      await new Promise((resolve) => child.once('close', resolve))
      return Number(/^PPid:\t(\d+)/m.exec(status)?.[1]) === process.pid
    })
    expect([parents, own]).toEqual([false, true])
  })

  test.each(CASES)('$title', async ({ act, expected }) => {
    const [brokered, own] = await withAndWithout(user, act)
    expect(own).toEqual(expected)
    expect(brokered).toEqual(expected)
  })
})
