import { closeSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { BWRAP, openWorkshop, reasonToSkip, USERS } from './host.js'
import { becomes, pidsWith } from './processes.js'
import { bwrapArgv, requestFor, run, start, type RequestParts } from './run.js'

const workshop = openWorkshop()
afterAll(workshop.remove)

const ETIMEDOUT = 110

describe.skipIf(reasonToSkip()).each(USERS)('a limit on set-up, as $name', (user) => {
  const host = { program: workshop.program, user }
  const script = (text: string): RequestParts => ({
    launcher: '/bin/sh',
    launcherArgv: ['sh', '-c', text, ...bwrapArgv()],
  })

  test('a launcher that hangs is killed, and the fallback not used', async () => {
    const marker = `hang-${user.uid}-${process.pid}`
    const hang = `trap "" HUP INT TERM; sleep 300; : ${marker}`
    const { stdout, stderr, ...outcome } = await run(host, ['echo', 'it ran'], {
      ...script(`echo so far >&2; setsid sh -c '(${hang}) &' & sh -c '${hang}' & ${hang}`),
      fallbackArgv: ['sh', '-c', 'exec /usr/bin/"$0" "$@"', ...bwrapArgv()],
      setupTimeoutMs: 300,
    })
    expect(outcome).toEqual({
      exitCode: 125,
      signal: null,
      reports: [
        {
          kind: 'failed',
          attempt: 'first',
          step: 'launcher',
          exitCode: null,
          signal: 9,
          text: 'so far\n',
          errno: ETIMEDOUT,
        },
      ],
    })
    expect([stdout, stderr].map(String)).toEqual(['', ''])
    expect(pidsWith(marker)).toEqual([])
  })

  test('a sandbox whose first process says nothing is killed', async () => {
    const marker = `mute-${user.uid}-${process.pid}`
    const launcherArgv = [...bwrapArgv().slice(0, -3), 'sh', '-c', `sleep 300; : ${marker}`]
    const outcome = await run(host, ['true'], { launcherArgv, setupTimeoutMs: 300 })
    expect(outcome).toMatchObject({ exitCode: 125, reports: [{ step: 'launcher', errno: ETIMEDOUT }] })
    expect(pidsWith(marker)).toEqual([])
  })

  test.each([
    { why: 'without one', parts: {} },
    { why: 'with a longer one', parts: { setupTimeoutMs: 60_000 } },
  ])('the same launcher that only takes its time is waited for $why', async ({ parts }) => {
    const slow = script('sleep 0.5; exec /usr/bin/"$0" "$@"')
    expect(await run(host, ['true'], { ...slow, ...parts })).toMatchObject({ exitCode: 0 })
  })

  test('it does not count once the command runs', async () => {
    const outcome = await run(host, ['sh', '-c', 'sleep 1; exit 4'], { setupTimeoutMs: 700 })
    expect(outcome).toMatchObject({ exitCode: 4 })
  })

  test('a signal before it is up ends the run as ever', async () => {
    const marker = `early-${user.uid}-${process.pid}`
    const parts = { ...script(`sleep 300; : ${marker}`), setupTimeoutMs: 60_000 }
    const started = start({ ...host, pieces: [requestFor(['true'], parts)] })
    await becomes(() => pidsWith(marker).length > 0)
    started.child.kill('SIGTERM')
    expect(await started.done).toMatchObject({ signal: 'SIGTERM', reports: [{ step: 'interrupted' }] })
  })
})

describe.skipIf(reasonToSkip()).each(USERS)('a launcher by descriptor, as $name', (user) => {
  const opened: number[] = []
  const open = (path: string): number => {
    const descriptor = openSync(path, 'r')
    opened.push(descriptor)
    return descriptor
  }
  afterEach(() => {
    for (const descriptor of opened.splice(0)) closeSync(descriptor)
  })

  /** As descriptor 3, of which three are the command's; the control socket is 5, and 4 is a directory. */
  function startWith(path: string, parts: RequestParts, argv = ['sh', '-c', 'ls /proc/$$/fd']) {
    const started = start({
      program: workshop.program,
      user,
      pieces: [requestFor(argv, { launcher: '/no/bwrap', ...parts })],
      extra: [open(path), open('/')],
      granted: 3,
    })
    started.stdin.end()
    return started.done
  }

  test('is executed in place of the path, and the command does not have it', async () => {
    const { stdout, ...end } = await startWith(BWRAP, { launcherDescriptor: 3 })
    expect(end).toMatchObject({ exitCode: 0, reports: [{ kind: 'started' }, { kind: 'ended' }] })
    expect(stdout.toString()).toBe('0\n1\n2\n')
    const twin = await startWith(BWRAP, {})
    expect(twin).toMatchObject({ reports: [{ step: 'launcher', exitCode: 127 }] })
  })

  test('is executed again for the fallback', async () => {
    const parts = { launcherArgv: bwrapArgv(['--no-such-option']), fallbackArgv: bwrapArgv() }
    const { reports } = await startWith(BWRAP, { ...parts, launcherDescriptor: 3 })
    expect(reports).toMatchObject([{ kind: 'started', attempt: 'fallback' }, { kind: 'ended' }])
  })

  test('is not open in the launcher', async () => {
    const list = 'for i in 0 1 2 3 4 5 6 7 8 9; do [ -e /proc/$$/fd/$i ] && echo $i >&2; done'
    const parts = { launcherArgv: ['sh', '-c', list], launcherDescriptor: 3 }
    const { reports } = await startWith('/bin/sh', parts)
    expect(reports).toMatchObject([{ step: 'launcher', text: '0\n1\n2\n3\n4\n' }])
  })

  test('that is no program is told as a launcher that failed', async () => {
    const path = join(workshop.directory, 'text')
    writeFileSync(path, 'text', { mode: 0o644 })
    const { reports } = await startWith(path, { launcherDescriptor: 3 })
    expect(reports).toMatchObject([{ step: 'launcher', exitCode: 127 }])
  })

  test.each([
    { number: 2, why: 'the command’s' },
    { number: 4, why: 'a directory' },
    { number: 5, why: 'the control socket' },
    { number: 6, why: 'not open, or of supervise itself' },
    { number: 7, why: 'not open, or of supervise itself' },
    { number: 8, why: 'not open, or of supervise itself' },
    { number: 0x7fff_ffff, why: 'not open' },
  ])('with the number $number, which is $why, is malformed', async ({ number }) => {
    expect(await startWith(BWRAP, { launcherDescriptor: number })).toMatchObject({
      exitCode: 125,
      reports: [{ kind: 'failed', attempt: 'first', step: 'request', errno: 74 }],
    })
  })
})
