import { afterAll, describe, expect, test } from 'vitest'
import { openWorkshop, reasonToSkip, USERS } from './host.js'
import { becomes, pidsWith, stateOf } from './processes.js'
import { bwrapArgv, requestFor, start, type Run } from './run.js'

const workshop = openWorkshop()
afterAll(workshop.remove)

/** Loops of short sleeps: a shell runs its traps between commands only. */
const FOREVER = 'while :; do sleep 0.02; done'

/** When a signal comes: at each millisecond up to about when the last of as many commands runs. */
const ROUNDS = 40
const AT_ONCE = 8
const LONGEST_SETUP_MS = 40

/** A launcher that takes its time before it becomes bwrap. */
const SLOW_BWRAP = {
  launcher: '/bin/sh',
  launcherArgv: ['sh', '-c', 'sleep 0.3; exec /usr/bin/"$0" "$@"', ...bwrapArgv()],
}

describe.skipIf(reasonToSkip()).each(USERS)('signals to supervise, as $name', (user) => {
  function startShell(script: string, parts: Parameters<typeof requestFor>[1] = {}): Run {
    return start({ program: workshop.program, user, pieces: [requestFor(['sh', '-c', script], parts)] })
  }

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2', 'SIGWINCH', 'SIGCONT'] as const)(
    '%s runs the trap of the command',
    async (name) => {
      const run = startShell(`trap 'echo trapped; exit 7' ${name.slice(3)}; echo ready; ${FOREVER}`)
      await run.said('ready')
      run.child.kill(name)
      const { exitCode, stdout } = await run.done
      expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 7, stdout: 'ready\ntrapped\n' })
    },
  )

  test.each(['SIGTERM', 'SIGINT', 'SIGUSR1'] as const)(
    '%s without a trap ends the command and then supervise by the same signal',
    async (name) => {
      const run = startShell(`echo ready; ${FOREVER}`)
      await run.said('ready')
      run.child.kill(name)
      const outcome = await run.done
      expect(outcome).toMatchObject({ exitCode: null, signal: name })
      expect(outcome.reports.at(-1)).toMatchObject({ kind: 'ended', exitCode: null })
    },
  )

  test('a command that has said a word gets its signal, however early', async () => {
    for (let at = 0; at < 40; at++) {
      const run = startShell(`trap 'exit 7' TERM; echo ready; ${FOREVER}`)
      await run.said('ready')
      run.child.kill('SIGTERM')
      expect(await run.done).toMatchObject({ exitCode: 7, reports: [{ kind: 'started' }, { kind: 'ended' }] })
    }
  })

  // No background job: those of a shell without job control ignore INT.
  test.each([
    { name: 'SIGINT', gets: 'the whole process group', said: 'ready\ninner\nouter\n' },
    { name: 'SIGTERM', gets: 'the command alone', said: 'ready\ninner was spared\nouter\n' },
  ] as const)('$name reaches $gets', async ({ name, said }) => {
    const inner = `trap "echo inner; exit" INT TERM; echo ready; sleep 0.2; sleep 0.2; echo inner was spared`
    const run = startShell(`trap 'echo outer; exit 4' INT TERM; sh -c '${inner}'; ${FOREVER}`)
    await run.said('ready')
    run.child.kill(name)
    const { exitCode, stdout } = await run.done
    expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 4, stdout: said })
  })

  test('SIGTSTP stops the command and SIGCONT lets it go on, and the run does not end', async () => {
    const marker = `tstp-${user.uid}-${process.pid}`
    // bash, because dash starts programs by vfork(2): stopped meanwhile, it is in another state.
    const run = startShell('', {
      enter: { argv: ['bash', '-c', `echo ready; ${FOREVER}`, marker] },
    })
    await run.said('ready')
    const [pid] = pidsWith(marker)
    run.child.kill('SIGTSTP')
    expect(await becomes(() => stateOf(pid!) === 'T')).toBe(true)
    expect(stateOf(run.child.pid!)).not.toBe('T')
    run.child.kill('SIGCONT')
    expect(await becomes(() => stateOf(pid!) === 'S')).toBe(true)
    run.child.kill('SIGTERM')
    expect(await run.done).toMatchObject({ signal: 'SIGTERM' })
  })

  test('a command that stops itself goes on when told', async () => {
    const marker = `stop-${user.uid}-${process.pid}`
    const run = startShell('', { enter: { argv: ['sh', '-c', 'echo ready; kill -STOP $$; exit 5', marker] } })
    await run.said('ready')
    expect(await becomes(() => pidsWith(marker).some((pid) => stateOf(pid) === 'T'))).toBe(true)
    run.child.kill('SIGCONT')
    expect(await run.done).toMatchObject({ exitCode: 5 })
  })

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const)(
    '%s before the command runs ends everything and is told',
    async (name) => {
      const run = startShell('echo it ran', SLOW_BWRAP)
      await becomes(() => pidsWith('sleep 0.3').length > 0)
      run.child.kill(name)
      const outcome = await run.done
      const errno = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGTERM: 15 }[name]
      expect(outcome).toMatchObject({
        signal: name,
        reports: [{ kind: 'failed', step: 'interrupted', errno }],
      })
      expect(outcome.stdout.toString()).toBe('')
    },
  )

  test('SIGTERM at any moment of a set-up is what has ended it, whatever was being verified', async () => {
    const mounted = bwrapArgv(['--bind', '/tmp', '/tmp', '--cap-drop', 'ALL'])
    const mounts = [{ expectation: 'bound', target: '/tmp', source: '/tmp' }] as const
    const startAndEnd = async (index: number): Promise<void> => {
      const run = startShell('exec sleep 60', { launcherArgv: mounted, mounts })
      await new Promise((resolve) => setTimeout(resolve, index % LONGEST_SETUP_MS))
      run.child.kill('SIGTERM')
      const { signal, reports } = await run.done
      expect(signal).toBe('SIGTERM')
      const [first] = reports // none when it came before anything was set up
      if (first?.kind === 'failed') expect(first).toMatchObject({ step: 'interrupted', errno: 15 })
    }
    // Many at once, which pulls the steps of each apart.
    for (let round = 0; round < ROUNDS; round++) {
      await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => startAndEnd(round + index)))
    }
  })

  test('SIGTERM before there is a request', async () => {
    const run = start({ program: workshop.program, user, pieces: [requestFor(['true']).subarray(0, 40)] })
    await becomes(() =>
      pidsWith(workshop.program).some((pid) => pid === run.child.pid && stateOf(pid) === 'S'),
    )
    run.child.kill('SIGTERM')
    expect(await run.done).toMatchObject({
      signal: 'SIGTERM',
      reports: [{ kind: 'failed', step: 'interrupted', errno: 15 }],
    })
  })

  test('SIGUSR1 before the command runs is kept for it', async () => {
    const run = startShell(FOREVER, SLOW_BWRAP)
    await becomes(() => pidsWith('sleep 0.3').length > 0)
    run.child.kill('SIGUSR1')
    expect(await run.done).toMatchObject({
      signal: 'SIGUSR1',
      reports: [{ kind: 'started' }, { kind: 'ended', signal: 10 }],
    })
  })

  test('the command starts with default handlers and nothing blocked', async () => {
    const run = startShell('exec cat /proc/self/status')
    const { stdout } = await run.done
    expect(stdout.toString().match(/Sig(Blk|Ign|Cgt):\t\w+/g)).toEqual(
      ['Blk', 'Ign', 'Cgt'].map((name) => `Sig${name}:\t${'0'.repeat(16)}`),
    )
  })

  test('the command can neither end pid 1 nor look into it', async () => {
    const script =
      'for n in 1 2 9 15 19; do kill -$n 1 2>/dev/null; done; cat /proc/1/environ /proc/1/maps /proc/1/fd/3; exit 6'
    const run = startShell(`trap '' HUP INT TERM; ${script}`)
    const { exitCode, stdout, stderr } = await run.done
    expect({ exitCode, stdout: stdout.toString() }).toEqual({ exitCode: 6, stdout: '' })
    expect(stderr.toString().match(/Permission denied/g)).toHaveLength(3)
    const twin = startShell(
      'sleep 1 </dev/null & sleep 0.1; cat /proc/$!/environ /proc/$!/maps /proc/$!/fd/0',
    )
    expect((await twin.done).stderr.toString()).toBe('')
  })
})
