import { readOnly } from 'linux-sandbox'
import { expect, test } from 'vitest'
import { describeForUsers, makeDirectory, runProgram, stagedNode, withLibrary } from '../../support/index.ts'

const PROFILE = readOnly()

describeForUsers('stdio of spawn', ['python3'], (user) => {
  test('pipe gives three streams', async () => {
    const end = await withLibrary(user, PROFILE, async ({ lib, endOf }, profile) => {
      const sandbox = await lib.Sandbox.create({ profile })
      const child = sandbox.spawn('sh', ['-c', 'cat; echo err >&2'])
      // The types say five, as Node's own do.
      const streams: readonly unknown[] = child.stdio
      const isLikeNode = streams.length === 3 && streams[0] === child.stdin && streams[1] === child.stdout
      child.stdin?.end('text')
      return { isLikeNode, spawnfile: child.spawnargs.length > 0, ...(await endOf(child)) }
    })
    expect(end).toEqual({
      isLikeNode: true,
      spawnfile: true,
      exitCode: 0,
      signal: null,
      stdout: 'text',
      stderr: 'err\n',
    })
  })

  test('inherit gives those of the process', async () => {
    const end = await runProgram(
      user,
      stagedNode(),
      [
        '--input-type=module',
        '-e',
        `import { createRequire } from 'node:module'
       const { Sandbox, readOnly } = createRequire(process.argv[1])('linux-sandbox')
       const sandbox = await Sandbox.create({ profile: readOnly() })
       sandbox.spawn('sh', ['-c', 'cat; echo err >&2; exit 4'], { stdio: 'inherit' }).on('exit', (code) => (process.exitCode = code))`,
        '--',
        stagedNode(),
      ],
      { input: 'text' },
    )
    expect(end).toEqual({ exitCode: 4, signal: null, stdout: 'text', stderr: 'err\n' })
  })

  test('ignore gives /dev/null', async () => {
    const workspace = makeDirectory(user)
    const seen = await withLibrary(
      user,
      {
        profile: { type: 'managed', file_system: { type: 'unrestricted' }, network: 'restricted' } as const,
        workspace,
      },
      async ({ lib, endOf, fs }, { profile, workspace: directory }) => {
        const sandbox = await lib.Sandbox.create({ profile })
        const script = `for fd in 0 1 2; do seen="$seen $(readlink /proc/$$/fd/$fd)"; done; echo $seen >${directory}/report`
        const child = sandbox.spawn('sh', ['-c', script], { stdio: 'ignore' })
        const streams = child.stdio.filter((stream) => stream !== null).length
        const { exitCode } = await endOf(child)
        return { streams, exitCode, report: fs.readFileSync(`${directory}/report`, 'utf8') }
      },
    )
    expect(seen).toEqual({ streams: 0, exitCode: 0, report: '/dev/null /dev/null /dev/null\n' })
  })

  test('descriptors and streams are passed as they are', async () => {
    const workspace = makeDirectory(user)
    const seen = await withLibrary(
      user,
      { profile: PROFILE, workspace },
      async ({ lib, endOf, fs }, { profile, workspace: directory }) => {
        const sandbox = await lib.Sandbox.create({ profile })
        fs.writeFileSync(`${directory}/in`, 'from a descriptor\n')
        const input = fs.openSync(`${directory}/in`, 'r')
        const output = fs.createWriteStream(`${directory}/out`)
        await new Promise((resolve) => output.once('open', resolve))
        const child = sandbox.spawn('sh', ['-c', 'cat; echo err >&2'], { stdio: [input, output, 'pipe'] })
        const end = await endOf(child)
        return {
          ...end,
          written: fs.readFileSync(`${directory}/out`, 'utf8'),
          stdin: child.stdin,
          stdout: child.stdout === null,
        }
      },
    )
    expect(seen).toMatchObject({
      exitCode: 0,
      stderr: 'err\n',
      written: 'from a descriptor\n',
      stdin: null,
      stdout: true,
    })
  })

  test('further pipes and descriptors have the same numbers in the command', async () => {
    const seen = await withLibrary(user, PROFILE, async ({ lib, endOf, fs, stream }, profile) => {
      const sandbox = await lib.Sandbox.create({ profile })
      const file = fs.openSync('/etc/passwd', 'r')
      const script =
        'echo three >&3; cat <&4 >&3; head -c 4 <&6 >&3; test -e /proc/self/fd/5 && echo five >&3; ls /proc/self/fd | wc -l'
      const child = sandbox.spawn('sh', ['-c', script], {
        stdio: ['ignore', 'pipe', 'inherit', 'pipe', 'pipe', null, file],
      })
      const third = child.stdio[3] as InstanceType<typeof stream.Readable>
      let text = ''
      third.on('data', (chunk: Buffer) => (text += chunk.toString()))
      ;(child.stdio[4] as InstanceType<typeof stream.Writable>).end('four\n')
      const { exitCode, stdout } = await endOf(child)
      return { exitCode, stdout: stdout?.trim(), text, count: child.stdio.length }
    })
    // Beyond the seven: the directory that ls reads. A missing slot of Node above 2 is closed.
    expect(seen).toMatchObject({
      exitCode: 0,
      text: expect.stringMatching(/^three\nfour\nroot/) as string,
      count: 7,
    })
  })

  test('overlapped and pipe are the same, and fewer than three are filled up', async () => {
    const seen = await withLibrary(user, PROFILE, async ({ lib, endOf }, profile) => {
      const sandbox = await lib.Sandbox.create({ profile })
      const overlapped = await endOf(sandbox.spawn('echo', ['a'], { stdio: ['ignore', 'overlapped'] }))
      const short = sandbox.spawn('cat', [], { stdio: ['pipe'] })
      short.stdin?.end('b')
      return { overlapped: overlapped.stdout, short: (await endOf(short)).stdout }
    })
    expect(seen).toEqual({ overlapped: 'a\n', short: 'b' })
  })

  test('ipc is refused with a TypeError that says so, and nothing is started', async () => {
    const seen = await withLibrary(user, PROFILE, async ({ lib, attempt }, profile) => {
      const sandbox = await lib.Sandbox.create({ profile })
      const open = lib.Sandbox.create({ profile: lib.dangerFullAccess() })
      return await Promise.all([
        attempt(() => void sandbox.spawn('true', [], { stdio: ['pipe', 'pipe', 'pipe', 'ipc'] })),
        attempt(() => sandbox.run('true', [], { stdio: ['pipe', 'pipe', 'pipe', 'ipc'] })),
        attempt(async () => void (await open).spawn('true', [], { stdio: ['pipe', 'pipe', 'pipe', 'ipc'] })),
      ])
    })
    for (const { error } of seen) {
      expect(error).toMatchObject({ name: 'TypeError', message: expect.stringContaining('ipc') as string })
    }
  })
})

describeForUsers('the end that the caller asks for', [], (user) => {
  test('an AbortSignal ends the command', async () => {
    const seen = await withLibrary(user, PROFILE, async ({ lib, attempt, endOf }, profile) => {
      const sandbox = await lib.Sandbox.create({ profile })
      const controller = new AbortController()
      const child = sandbox.spawn('sleep', ['1000'], { signal: controller.signal })
      const exit = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)))
      const end = endOf(child)
      child.once('spawn', () => controller.abort())
      const running = new AbortController()
      const run = attempt(() =>
        sandbox.run('sleep', ['1000'], {
          signal: running.signal,
          onSpawn: () => setTimeout(() => running.abort(), 50),
        }),
      )
      const early = attempt(() => sandbox.run('sleep', ['1000'], { signal: AbortSignal.abort() }))
      return { end: await end, exit: await exit, run: await run, early: await early }
    })
    expect(seen.end.error).toMatchObject({ name: 'AbortError' })
    expect(seen.exit).toBe('SIGTERM')
    expect(seen.run.error).toMatchObject({ name: 'AbortError' })
    expect(seen.early.error).toMatchObject({ name: 'AbortError' })
  })

  test('timeout and killSignal end the command', async () => {
    const ends = await withLibrary(user, PROFILE, async ({ lib, endOf }, profile) => {
      const sandbox = await lib.Sandbox.create({ profile })
      return await Promise.all([
        endOf(sandbox.spawn('sleep', ['1000'], { timeout: 200 })),
        endOf(sandbox.spawn('sleep', ['1000'], { timeout: 200, killSignal: 'SIGKILL' })),
        endOf(sandbox.spawn('sleep', ['1000'], { timeout: 200, killSignal: 'SIGUSR1' })),
        endOf(sandbox.spawn('sh', ['-c', 'exit 3'], { timeout: 20_000 })),
      ])
    })
    expect(ends.map(({ exitCode, signal }) => [exitCode, signal])).toEqual([
      [null, 'SIGTERM'],
      [null, 'SIGKILL'],
      [null, 'SIGUSR1'],
      [3, null],
    ])
  })

  test('timeoutMs ends a command that ignores TERM, after killAfterMs', async () => {
    const seen = await withLibrary(user, PROFILE, async ({ lib }, profile) => {
      const sandbox = await lib.Sandbox.create({ profile })
      const [stubborn, polite, quick] = await Promise.all([
        sandbox.run('sh', ['-c', `trap '' TERM; echo ready; while :; do sleep 0.1; done`], {
          timeoutMs: 400,
          killAfterMs: 200,
        }),
        sandbox.run('sh', ['-c', `trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.02; done`], {
          timeoutMs: 400,
        }),
        sandbox.run('true', [], { timeoutMs: 30_000 }),
      ])
      return { stubborn, polite, quick }
    })
    expect(seen.stubborn).toMatchObject({
      exitCode: null,
      signal: 'SIGKILL',
      timedOut: true,
      stdout: 'ready\n',
    })
    expect(seen.stubborn.durationMs).toBeGreaterThanOrEqual(590)
    expect(seen.polite).toMatchObject({ exitCode: 3, signal: null, timedOut: true, stdout: 'ready\nbye\n' })
    expect(seen.quick).toMatchObject({ exitCode: 0, timedOut: false })
  })

  test('detached gives a session of its own and keeps the streams', async () => {
    const seen = await withLibrary(user, PROFILE, async ({ lib, endOf, fs }, profile) => {
      const sandbox = await lib.Sandbox.create({ profile })
      const sessionOf = (pid: number | undefined): string =>
        fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[5] ?? ''
      const child = sandbox.spawn('cat', [], { detached: true })
      const plain = sandbox.spawn('cat', [])
      const sessions = {
        own: sessionOf(child.pid) === String(child.pid),
        shared: sessionOf(plain.pid) === sessionOf(process.pid),
      }
      const ends = Promise.all([endOf(child), endOf(plain)])
      child.stdin?.end('text')
      plain.stdin?.end()
      return { ...sessions, ...(await ends)[0] }
    })
    expect(seen).toMatchObject({ own: true, shared: true, exitCode: 0, stdout: 'text' })
  })
})
